import { Client } from 'pg';
import { expect, test } from 'vitest';
import { databaseUrls } from './database-urls.ts';

test.each<[text: string, read: readonly string[]]>([
  ['postgres://u:p@h/d', ['u p h 5432 d']],
  ['postgresql://u:p@h:6432/d?sslmode=disable', ['u p h 6432 d']],
  ['postgres://u:p@h1,h2:5433/d?target_session_attrs=read-write', ['u p h1 5432 d', 'u p h2 5433 d']],
  ['postgres://u:p@[::1]:5432,db.example/d', ['u p ::1 5432 d', 'u p db.example 5432 d']],
  ['postgres://u:p@h1,h2/d?port=6000,6001', ['u p h1 6000 d', 'u p h2 6001 d']],
  ['postgres://u:p@/d?host=/var/run/postgresql', ['u p /var/run/postgresql 5432 d']],
  ['postgres://u:p@/d?host=/run/a,/run/b&port=5433', ['u p /run/a 5433 d', 'u p /run/b 5433 d']],
  ['postgres://u:p@%2Fvar%2Frun/d', ['u p /var/run 5432 d']],
  ['postgres://u:a%40b%23@h/d', ['u a@b# h 5432 d']],
  ['POSTGRES://u:p@h/d', ['u p h 5432 d']],
])('%s', (text, read) => {
  const found = databaseUrls(text);
  expect(found).toHaveProperty('urls');
  const parsed = 'urls' in found ? found.urls.map((url) => new Client({ connectionString: url })) : [];
  expect(
    parsed.map(({ user, password, host, port, database }) => [user, password, host, port, database].join(' ')),
  ).toEqual(read);
});

test('keeps the other parts of a URL', () => {
  expect(databaseUrls('postgres://u@h1,h2/d?options=-c%20work_mem%3D64MB&application_name=x')).toEqual({
    urls: ['h1', 'h2'].map((host) => `postgres://u@${host}/d?options=-c%20work_mem%3D64MB&application_name=x`),
  });
});

test.each([
  ['postgres://u:p#ss@h/d', /%23/],
  ['postgres://u:p/q@h/d', /percent-encode/],
  ['mysql://h/d', /must be a postgres:\/\/ URL/],
  ['postgres://h1,,h2/d', /host or port/],
  ['postgres://h:70000/d', /host or port/],
  ['postgres://h:x/d', /host or port/],
  ['postgres://h/d?target_session_attrs=standby', /always writes/],
])('%s is refused', (text, mistake) => {
  expect(databaseUrls(text)).toEqual({ mistake: expect.stringMatching(mistake) });
});
