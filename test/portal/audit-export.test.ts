/** The exported audit log: it has what the log has, and anybody can check without a database that nobody has altered it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadAuditHead } from '../../src/storage/queries/audit-chain.ts';
import { statement } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { operator } from '../rig/portal.ts';
import type { Operator } from '../rig/portal.ts';
import { runHere } from '../rig/run-here.ts';

const databaseKinds = databasesOf(import.meta.url);

type Line = Record<string, unknown> & { data?: Record<string, unknown> };

describe.each(databaseKinds)('on the %s database', (kind) => {
  let app: TestApp;
  let auditor: Operator;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sallyport-export-'));
    app = await testApp(kind, { anonymousRateLimit: 100_000, managementRateLimit: 100_000 });
    auditor = await operator(app, 'auditor@bank.example', ['AUDITOR']);
    // More than one statement reads.
    await app.db.query(
      statement<never>(
        'audit_export_events',
        `with made as (
           insert into audit_events (tenant_id, event_id, happened_at, actor, event_type, user_id, data)
           select $1, (lpad(to_hex($2::bigint), 12, '0') || lpad(to_hex(n), 20, '0'))::uuid, to_timestamp($2 / 1000.0),
             '{"kind":"test","id":"t"}', case when n % 100 = 0 then 'test.rare' else 'test.usual' end,
             case when n % 300 = 0 then 'exported' end, jsonb_build_object('number', n, 'text', 'a''"' || chr(10) || 'ü')
           from generate_series(1, 1200) as n returning tenant_id, event_id
         ) insert into audit_unlinked select tenant_id, event_id from made`,
      ),
      [app.tenant.tenantId, app.runtime.clock.now() - 60_000],
    );
    await app.call('PATCH', '/v1/users/exported', { body: { displayName: 'Ann', email: 'ann@example.com' } });
    await app.runtime.advance(5_000);
  });
  afterAll(async () => {
    await app.close();
    await rm(folder, { recursive: true });
  });

  const exported = async (body: object = {}, who = auditor) => {
    const reply = await who.call('POST', '/v1/portal/audit-events/export', body);
    expect(reply.status, reply.text).toBe(200);
    expect(reply.headers['content-type']).toBe('application/jsonl');
    return reply.text.trimEnd().split('\n');
  };
  const parsed = (lines: readonly string[]) => lines.map((line) => JSON.parse(line) as Line);
  const verify = async (lines: readonly string[]) => {
    const path = join(folder, 'audit.jsonl');
    await writeFile(path, `${lines.join('\n')}\n`);
    return runHere(['audit', 'verify', '--file', path], { DATABASE_URL: 'nonsense' });
  };

  test('the whole log holds, ends at the head that is stored, and has no contact', async () => {
    const head = await loadAuditHead(app.db, app.tenant.tenantId);
    const lines = await exported();
    const [begin, ...rest] = parsed(lines);
    expect(begin).toMatchObject({
      kind: 'begin',
      tenantId: app.tenant.tenantId,
      head: { position: head?.position, hash: head?.hash.toString('hex') },
    });
    expect(rest.at(-1)).toEqual({ kind: 'end', entries: rest.length - 1 });
    expect(rest.filter(({ position }) => position !== undefined)).toHaveLength(head?.position ?? 0);
    expect(lines.join()).not.toContain('ann@example.com');
    const run = await verify(lines);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    // Nothing vouches yet for the entry of the export itself.
    expect(run.stdout).toMatch(/entries \(a whole log, 1 of them not linked yet.*\) {2}holds/);
    expect(run.stdout).toContain(head?.hash.toString('hex'));
  });

  test('a part has what its filter wants, by time, type, user and the operator who did it', async () => {
    const rare = parsed(await exported({ type: 'test.rare' }));
    expect(rare.slice(1, -1).map(({ data }) => data?.['number'])).toEqual(
      Array.from({ length: 12 }, (_, at) => (at + 1) * 100),
    );
    expect(parsed(await exported({ type: 'test.rare', userId: 'exported' })).slice(1, -1)).toHaveLength(4);
    const byPerson = await exported({ actorId: 'Auditor@BANK.example' });
    expect(
      new Set(
        parsed(byPerson)
          .slice(1, -1)
          .map(({ eventType }) => eventType),
      ),
    ).toEqual(new Set(['operator.invitation_redeemed', 'operator.signed_in', 'audit.exported']));
    const from = new Date(app.runtime.clock.now() - 30_000).toISOString();
    const since = await exported({ from });
    expect(since.join()).not.toContain('test.usual');
    expect(since.length).toBeGreaterThan(3);
    for (const part of [byPerson, since]) {
      expect((await verify(part)).stdout).toMatch(/\(a part of a log.*\) {2}holds/);
    }
    const listed = await auditor.call('GET', '/v1/portal/audit-events?actorId=auditor@bank.example&type=audit');
    expect(listed.body.events[0]).toMatchObject({
      type: 'audit.exported',
      actor: { name: 'auditor@bank.example' },
      data: { from },
    });
    // Who was asked for is in the log by the id, never by the address.
    expect(JSON.stringify(listed.body.events.map(({ data }: Line) => data))).not.toMatch(/bank\.example/i);
    await exported({ actorId: 'nobody@bank.example' });
    const { body } = await auditor.call('GET', '/v1/portal/audit-events?type=audit.exported&limit=1');
    expect(JSON.stringify(body)).not.toContain('nobody@');
  });

  test('what was altered, left out, cut off or put in is found', async () => {
    await app.runtime.advance(2_000);
    const lines = await exported();
    const at = 700;
    const broken: readonly (readonly [string, readonly string[], RegExp])[] = [
      ['altered', lines.with(at, (lines[at] ?? '').replace('"number":', '"number":1')), /entry \d+\) was altered/],
      ['left out', lines.toSpliced(at, 1), /are missing\./],
      ['cut off', lines.slice(0, -300), /was cut off/],
      ['without its end', [...lines.slice(0, -40), lines.at(-1) ?? ''], /should have/],
      ['twice', lines.toSpliced(at, 0, lines[at] ?? ''), /twice/],
      ['no lines of an export', ['{}', 'nonsense'], /does not say what was asked for/],
      ['nothing', [], /cut off/],
    ];
    for (const [what, changed, words] of broken) {
      const run = await verify(changed);
      expect(run.code, what).toBe(1);
      expect(run.stdout, what).toMatch(words);
      expect(run.stderr, what).toBe('sallyport: The exported log does not hold.\n');
    }
    // The end with the head is gone from the database: the file's own head tells.
    const [begin = '', ...rest] = lines;
    const isAfter = (line: string) => Number((JSON.parse(line) as Line)['position'] ?? 0) > 900;
    const shorter = rest.filter((line) => !isAfter(line)).slice(0, -1);
    const run = await verify([begin, ...shorter, JSON.stringify({ kind: 'end', entries: shorter.length })]);
    expect(run.stdout).toMatch(/are missing at the end/);
    expect((await runHere(['audit', 'verify', '--file', join(folder, 'none')])).stderr).toMatch(/cannot be read/);
  });

  test('only whom a role permits gets it, and only of their own tenant', async () => {
    for (const role of ['EDITOR', 'ANALYST', 'SUPPORT', 'VIEWER']) {
      const other = await operator(app, `${role.toLowerCase()}@bank.example`, [role]);
      expect((await other.call('POST', '/v1/portal/audit-events/export', {})).status, role).toBe(403);
    }
    const elsewhere = await app.createTenant('Elsewhere');
    const theirs = await operator(app, 'theirs@bank.example', ['AUDITOR'], elsewhere.tenantId);
    const { tenantId } = elsewhere;
    const reply = await theirs.call('POST', '/v1/portal/audit-events/export', {}, { tenantId });
    expect(reply.text).not.toContain(app.tenant.tenantId);
    expect(reply.text).not.toContain('test.usual');
    const wrong = await auditor.call('POST', '/v1/portal/audit-events/export', {
      from: '2026-03-02T00:00:00Z',
      to: '2026-03-01T00:00:00Z',
    });
    expect([wrong.status, wrong.body.errorDescription]).toEqual([400, 'from must be before to.']);
  });
});
