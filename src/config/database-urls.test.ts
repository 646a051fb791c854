import { parse } from 'pg-connection-string';
import { expect, test } from 'vitest';
import { databaseUrls } from './database-urls.ts';

test.each<[text: string, read: readonly string[]]>([
  ['postgres://u:p@h/d', ['u p h  d']],
  ['postgresql://u@h:6432/d?sslmode=disable', ['u  h 6432 d']],
  ['postgres://u:p@h1,h2:5433/d?target_session_attrs=read-write', ['u p h1  d', 'u p h2 5433 d']],
  ['postgres://u:p@[::1]:5432,db.example/d', ['u p ::1 5432 d', 'u p db.example  d']],
  ['postgres://u@h1,h2/d?port=6000,6001', ['u  h1 6000 d', 'u  h2 6001 d']],
  ['postgres:///d?host=/var/run/postgresql', ['  /var/run/postgresql 5432 d']],
  ['postgres://u:p@/d?host=/run/a,/run/b&port=5433', ['u p /run/a 5433 d', 'u p /run/b 5433 d']],
  ['postgres://u@%2Fvar%2Frun/d', ['u  /var/run 5432 d']],
  ['postgres://u:a%40b%23@h/d', ['u a@b# h  d']],
  ['POSTGRES://h', ['  h  ']],
])('%s', (text, read) => {
  const found = databaseUrls(text);
  expect(found).toHaveProperty('urls');
  const parsed = 'urls' in found ? found.urls.map((url) => parse(url)) : [];
  expect(
    parsed.map(({ user, password, host, port, database }) => [user, password, host, port, database].join(' ')),
  ).toEqual(read);
});

test('what a URL brings beside its hosts is kept', () => {
  const found = databaseUrls('postgres://u@h1,h2/d?options=-c%20work_mem%3D64MB&application_name=x');
  expect('urls' in found ? found.urls.map((url) => parse(url)) : []).toEqual([
    expect.objectContaining({ host: 'h1', options: '-c work_mem=64MB', application_name: 'x' }),
    expect.objectContaining({ host: 'h2', options: '-c work_mem=64MB', application_name: 'x' }),
  ]);
});

test.each([
  ['postgres://u:p#ss@h/d', /%23/],
  ['postgres://u:p/q@h/d', /percent-encode/],
  ['mysql://h/d', /must be a postgres:\/\/ URL/],
  ['postgres://h1,,h2/d', /host or a port/],
  ['postgres://h:70000/d', /host or a port/],
  ['postgres://h:x/d', /host or a port/],
  ['postgres://h/d?target_session_attrs=standby', /always writes/],
])('%s is refused', (text, mistake) => {
  expect(databaseUrls(text)).toEqual({ mistake: expect.stringMatching(mistake) });
});
