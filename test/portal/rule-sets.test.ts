/** Drafts of rules, their publishing and history, and trying them on what was decided before. */
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operatorCookie } from '../../src/contract/apis.ts';
import { testApp, testPublicUrl } from '../../src/testkit/test-app.ts';
import type { TestApp, TestReply, TestTenant } from '../../src/testkit/test-app.ts';
import { recordRoles } from '../../src/storage/queries/memberships.ts';
import { lockTenantConfiguration, portalTenantId } from '../../src/storage/queries/tenants.ts';
import { statement } from '../../src/storage/sql.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { operator } from '../rig/portal.ts';
import type { Operator } from '../rig/portal.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

const calm = { anonymousRateLimit: 100_000, managementRateLimit: 100_000 };
const path = (code: string, rest = '') => `/v1/portal/rule-sets/${code}${rest}`;
const isBig = (amount: number) => `{"and":[{">":[{"var":"custom.amount"},${amount}]}]}`;
const drafted = (name: string, priority: number, type: string, conditions?: string, more: object = {}) => ({
  name,
  isActive: true,
  priority,
  type,
  ...(conditions === undefined ? {} : { conditions }),
  ...more,
});

/** The rules of a draft as a save sends them. */
const asSent = ({ defaultOutcome, rules }: { defaultOutcome: string; rules: readonly object[] }) => ({
  defaultOutcome,
  rules,
});

describe.each(databaseKinds)('on the %s database', (kind) => {
  let app: TestApp;
  let ada: Operator;
  let ben: Operator;
  let viewer: Operator;
  beforeAll(async () => {
    app = await testApp(kind, calm);
    ada = await operator(app, 'ada@bank.example', ['EDITOR']);
    ben = await operator(app, 'ben@bank.example', ['EDITOR']);
    viewer = await operator(app, 'vera@bank.example', ['VIEWER']);
  });
  afterAll(() => app.close());

  const manage = async (method: string, rest: string, body?: object) => {
    const reply = await app.call(method, `/v1/management${rest}`, { key: app.tenant.managementKey, body });
    expect(reply.status, reply.text).toBe(200);
    return reply.body;
  };
  const makeAction = async (actionCode: string, outcome = 'ALLOW') =>
    manage('POST', '/action-configurations', { actionCode, defaultUserActionResult: outcome });
  const get = async (code: string, who = ada) => (await who.call('GET', path(code))).body;
  const ok = async (reply: ReturnType<Operator['call']>) => {
    const { status, text, body } = await reply;
    expect(status, text).toBe(200);
    return body;
  };
  const save = (code: string, body: object, who = ada) => who.call('POST', path(code, '/draft'), body);
  const publish = (code: string, revision: string, who = ada, reason?: string) =>
    who.call('POST', path(code, '/draft/publish'), { revision, ...(reason === undefined ? {} : { reason }) });
  const decide = async (code: string, amount: number) =>
    (await app.call('POST', `/v1/users/dora/actions/${code}`, { body: { custom: { amount } } })).body.state;

  test('a draft decides nobody; published, it decides at once, and the history says who, when, why and what', async () => {
    await makeAction('pay');
    const begun = await ok(
      save('pay', {
        baseVersion: 1,
        defaultOutcome: 'ALLOW',
        rules: [drafted('Big', 5, 'BLOCK', isBig(100)), drafted('Bigger', 2, 'REVIEW', isBig(1000))],
      }),
    );
    expect(begun.live).toMatchObject({ version: 1, rules: [] });
    expect(begun.draft).toMatchObject({ isBehind: false, changedBy: 'ada@bank.example', decidesOtherwise: true });
    expect(begun.draft.changes).toEqual([
      'Rule "Bigger" is new: REVIEW when custom.amount > 1000.',
      'Rule "Big" is new: BLOCK when custom.amount > 100.',
    ]);
    expect(await decide('pay', 500)).toBe('ALLOW');

    const published = await ok(publish('pay', begun.draft.revision, ada, 'Losses of last week'));
    expect(published).toMatchObject({ live: { version: 2 } });
    expect(published.draft).toBeUndefined();
    expect(await decide('pay', 500)).toBe('BLOCK');
    expect(await decide('pay', 5000)).toBe('REVIEW_REQUIRED');
    // Character for character what was sent, for the management API too.
    const listed = await app.call('GET', '/v1/management/action-configurations/pay/rules', {
      key: app.tenant.managementKey,
    });
    expect(listed.text).toContain(`"conditions":${isBig(1000)}`);

    // A change through the management API is a version as well.
    const [first] = listed.body;
    await manage('PATCH', `/action-configurations/pay/rules/${first.ruleId}`, { isActive: false });
    const versions = await ok(ada.call('GET', path('pay', '/versions')));
    expect(versions).toMatchObject([
      { version: 3, madeBy: 'management', changes: ['Rule "Bigger" is switched off.'] },
      { version: 2, madeBy: 'ada@bank.example', reason: 'Losses of last week', changes: begun.draft.changes },
      { version: 1, madeBy: 'management' },
    ]);

    // Going back is a draft of what was, with the same ids, which is published like any other.
    const second = await ok(ada.call('GET', path('pay', '/versions/2')));
    expect(second.differences).toEqual(['Rule "Bigger" is switched on.']);
    const back = await ok(save('pay', { baseVersion: 3, ...asSent(second) }));
    expect(back.draft.changes).toEqual(['Rule "Bigger" is switched on.']);
    await ok(publish('pay', back.draft.revision));
    expect(await decide('pay', 5000)).toBe('REVIEW_REQUIRED');
    expect((await ok(ada.call('GET', path('pay', '/versions/4?against=2')))).differences).toEqual([]);
  });

  test('what a track has made begins its history with the first draft, and can be gone back to', async () => {
    await decide('tracked', 1);
    expect((await get('tracked')).live).toMatchObject({ version: 0, defaultOutcome: 'CHALLENGE', rules: [] });
    const draft = { baseVersion: 0, defaultOutcome: 'BLOCK', rules: [drafted('A', 0, 'ALLOW', isBig(7))] };
    const begun = await ok(save('tracked', draft));
    expect(begun).toMatchObject({ live: { version: 1 }, draft: { baseVersion: 1, isBehind: false } });
    expect((await ok(publish('tracked', begun.draft.revision))).live.version).toBe(2);
    expect(await decide('tracked', 1)).toBe('BLOCK');
    const first = await ok(ada.call('GET', path('tracked', '/versions/1')));
    const back = await ok(save('tracked', { baseVersion: 2, ...asSent(first) }));
    await ok(publish('tracked', back.draft.revision));
    expect(await decide('tracked', 1)).toBe('CHALLENGE_REQUIRED');
  });

  test('rules exchange their places in one publishing, and the difference names those that moved', async () => {
    await makeAction('order');
    const rules = ['A', 'B', 'C', 'D'].map((name, at) => drafted(name, at * 10, 'CHALLENGE', isBig(at)));
    const first = await ok(save('order', { baseVersion: 1, defaultOutcome: 'ALLOW', rules }));
    const { live } = await ok(publish('order', first.draft.revision));
    const priorities = live.rules.map(({ priority }: { priority: number }) => priority);
    const [a, b, c, d] = live.rules;
    const turned = [d, a, b, c].map((rule, at) => ({ ...rule, priority: priorities[at] }));
    const next = await ok(save('order', { baseVersion: 2, defaultOutcome: 'CHALLENGE', rules: turned }));
    expect(next.draft.changes).toEqual([
      'The default is now CHALLENGE instead of ALLOW.',
      'Rule "D" now decides before rule "A".',
    ]);
    const done = await ok(publish('order', next.draft.revision));
    expect(done.live.rules.map(({ name }: { name: string }) => name)).toEqual(['D', 'A', 'B', 'C']);
    expect(done.live.defaultOutcome).toBe('CHALLENGE');
  });

  test('two operators edit one rule set: nobody overwrites what they have not seen', async () => {
    await makeAction('both');
    const first = await ok(
      save('both', { baseVersion: 1, defaultOutcome: 'ALLOW', rules: [drafted('A', 0, 'BLOCK', isBig(1))] }),
    );
    // Ben has seen no draft, and then an earlier one.
    const blind = await save('both', { baseVersion: 1, defaultOutcome: 'BLOCK', rules: [] }, ben);
    expect(blind.status).toBe(409);
    const { revision } = first.draft;
    const second = await ok(save('both', { revision, baseVersion: 1, ...asSent(first.draft) }, ben));
    expect(second.draft.changedBy).toBe('ben@bank.example');
    const stale = { revision, baseVersion: 1, defaultOutcome: 'BLOCK', rules: [] };
    expect((await save('both', stale)).status).toBe(409);
    expect((await publish('both', revision)).status).toBe(409);
    expect((await ada.call('DELETE', path('both', `/draft?revision=${revision}`))).status).toBe(409);
    expect((await get('both')).draft).toMatchObject({ defaultOutcome: 'ALLOW', rules: [{ name: 'A' }] });

    // The live rules change under the draft.
    await manage('POST', '/action-configurations/both/rules', {
      name: 'Urgent',
      isActive: true,
      priority: 7,
      type: 'BLOCK',
      conditions: { '==': [{ var: 'device.isBot' }, true] },
    });
    const seen = await get('both');
    expect(seen.draft.isBehind).toBe(true);
    expect(seen.draft.changes).toContain('Rule "Urgent" is removed.');
    const refused = await publish('both', second.draft.revision, ben);
    expect(refused.status).toBe(409);
    expect(refused.text).toMatch(/version 2.*version 1/);
    expect((await get('both')).live.rules).toMatchObject([{ name: 'Urgent' }]);
    // Once they have seen it, they may say so.
    const merged = await ok(
      save('both', {
        revision: second.draft.revision,
        baseVersion: 2,
        defaultOutcome: 'ALLOW',
        rules: [...second.draft.rules, ...seen.live.rules],
      }),
    );
    expect((await ok(publish('both', merged.draft.revision))).live.rules).toHaveLength(2);
    // Published twice is published once.
    expect((await publish('both', merged.draft.revision)).status).toBe(409);
  });

  test('what can decide otherwise asks for a fresh proof; notes and names do not', async () => {
    await makeAction('proof');
    const first = await ok(
      save('proof', { baseVersion: 1, defaultOutcome: 'ALLOW', rules: [drafted('A', 0, 'CHALLENGE', isBig(1))] }),
    );
    const { live } = await ok(publish('proof', first.draft.revision));
    await app.runtime.advance(6 * 60_000);
    const renamed = [{ ...live.rules[0], name: 'Other name', description: 'Why' }];
    const named = await ok(save('proof', { baseVersion: 2, defaultOutcome: 'ALLOW', rules: renamed }));
    expect(named.draft.decidesOtherwise).toBe(false);
    await ok(publish('proof', named.draft.revision));
    const strict = [{ ...renamed[0], type: 'BLOCK' }];
    const next = await ok(save('proof', { baseVersion: 3, defaultOutcome: 'ALLOW', rules: strict }));
    const refused = await publish('proof', next.draft.revision);
    expect([refused.status, refused.body.errorCode]).toEqual([403, 'step_up_required']);
    expect((await get('proof')).live.version).toBe(3);
    expect((await ada.stepUp()).status).toBe(200);
    await ok(publish('proof', next.draft.revision));
    // Nor does the management API, by the same session, change rules without one.
    await app.runtime.advance(6 * 60_000);
    const direct = await ada.call('POST', '/v1/management/action-configurations/proof/rules', {});
    expect(direct.body.errorCode).toBe('step_up_required');
    await ada.stepUp();
    await ben.stepUp();
  });

  test('bad drafts are refused with a sentence, and leave nothing', async () => {
    await makeAction('bad');
    const rule = drafted('A', 0, 'BLOCK');
    const from = { baseVersion: 1, defaultOutcome: 'ALLOW' };
    const cases: [object, RegExp][] = [
      [{ ...from, rules: [{ ...rule, conditions: '{"and":[' }] }, /rules\/0 \("A"\): conditions must be JSON/],
      [{ ...from, rules: [{ ...rule, conditions: '{"nope":[1]}' }] }, /rules\/0 \("A"\): conditions/],
      [{ ...from, rules: [rule, drafted('B', 0, 'BLOCK')] }, /"A" and "B" have the same priority/],
      [{ ...from, rules: [{ ...rule, ruleId: 'mine' }] }, /UUID/],
      [{ ...from, rules: [{ ...rule, surprise: 1 }] }, /surprise/],
      [{ ...from, baseVersion: 9, rules: [] }, /baseVersion must be a version that there is/],
      [{ ...from, rules: Array.from({ length: 101 }, (_, at) => drafted(`R${at}`, at, 'BLOCK')) }, /rules/],
    ];
    for (const [body, words] of cases) {
      const reply = await save('bad', body);
      expect([reply.status, reply.body.errorCode], reply.text).toEqual([400, 'invalid_request']);
      expect(reply.body.errorDescription).toMatch(words);
    }
    expect((await get('bad')).draft).toBeUndefined();
    expect((await ada.call('GET', path('nothing'))).status).toBe(404);
    expect((await save('nothing', { ...from, rules: [] })).status).toBe(404);
    expect((await ada.call('GET', path('bad', '/versions/77'))).status).toBe(404);
    expect((await ada.call('POST', path('bad', '/replay'), { which: 'draft' })).status).toBe(404);
    // A method that nobody can use, and a rule that costs too much, are refused when they would begin to count.
    const methods = [{ ...rule, verificationMethods: ['SMS'], type: 'CHALLENGE' }];
    const begun = await ok(save('bad', { ...from, rules: methods }));
    expect((await publish('bad', begun.draft.revision)).text).toContain('SMS is not an enabled verification method');
    const items = JSON.stringify(Array.from({ length: 500 }, (_, at) => at));
    const sum = `{"+":[${Array.from({ length: 400 }, () => '{"var":""}').join()}]}`;
    const dear = [{ ...rule, conditions: `{"some":[${items},{"<":[${sum},0]}]}` }];
    const next = await ok(save('bad', { ...from, revision: begun.draft.revision, rules: dear }));
    const tooDear = await publish('bad', next.draft.revision);
    expect(tooDear.status).toBe(400);
    expect(tooDear.body.errorDescription).toMatch(/^Rule "A": conditions/);
    expect(await get('bad')).toMatchObject({ live: { version: 1, rules: [] }, draft: { rules: [{ name: 'A' }] } });
    expect((await ada.call('DELETE', path('bad', `/draft?revision=${next.draft.revision}`))).status).toBe(204);
    expect((await get('bad')).draft).toBeUndefined();
  });

  test('who may only read sees everything and changes nothing; another tenant sees nothing', async () => {
    await makeAction('read');
    const begun = await ok(save('read', { baseVersion: 1, defaultOutcome: 'BLOCK', rules: [] }));
    expect((await get('read', viewer)).draft.defaultOutcome).toBe('BLOCK');
    const list = await ok(viewer.call('GET', '/v1/portal/rule-sets'));
    expect(list.find(({ actionCode }: { actionCode: string }) => actionCode === 'read')).toMatchObject({
      defaultOutcome: 'ALLOW',
      rules: 0,
      draftAt: expect.any(String),
    });
    expect((await save('read', { baseVersion: 1, defaultOutcome: 'ALLOW', rules: [] }, viewer)).status).toBe(403);
    expect((await publish('read', begun.draft.revision, viewer)).status).toBe(403);
    const other = await app.createTenant('Other');
    const theirs = await operator(app, 'theirs@bank.example', ['ADMIN'], other.tenantId);
    const how = { tenantId: other.tenantId };
    for (const rest of ['', '/versions', '/versions/1'])
      expect((await theirs.call('GET', path('read', rest), undefined, how)).status).toBe(404);
    const stolen = { revision: begun.draft.revision };
    expect((await theirs.call('POST', path('read', '/draft/publish'), stolen, how)).status).toBe(404);
    expect((await theirs.call('GET', '/v1/portal/rule-sets', undefined, how)).body).toEqual([]);
  });

  describe('where two people publish', () => {
    let own: TestTenant;
    let people: Readonly<Record<'ida' | 'jon' | 'kim' | 'boss', Operator>>;
    const rule = (type: string) => [drafted('Big', 0, type, isBig(100))];
    const mustBe = async (status: number, reply: Promise<TestReply>, words = /./) => {
      const { status: found, text, body } = await reply;
      expect([found, body?.errorDescription ?? ''], text).toEqual([status, expect.stringMatching(words)]);
      return body;
    };
    const asKey = (method: string, rest: string, body?: object) =>
      app.call(method, `/v1/management${rest}`, { key: own.managementKey, body });
    const made = async (code: string) => {
      await ok(asKey('POST', '/action-configurations', { actionCode: code, defaultUserActionResult: 'ALLOW' }));
      return ok(save(code, { baseVersion: 1, defaultOutcome: 'ALLOW', rules: rule('BLOCK') }, people.ida));
    };
    const change = (code: string, revision: string, type: string, who: Operator) =>
      save(code, { revision, baseVersion: 1, defaultOutcome: 'ALLOW', rules: rule(type) }, who);
    const ask = (code: string, revision: string, who: Operator, reason?: string) =>
      who.call('POST', path(code, '/draft/ask'), { revision, ...(reason === undefined ? {} : { reason }) });
    const refuse = (code: string, revision: string, who: Operator) =>
      who.call('POST', path(code, '/draft/refuse'), { revision, reason: 'It blocks our own staff.' });

    beforeAll(async () => {
      own = await app.createTenant('Two people');
      const come = async (name: string, role: string) => {
        const who = await operator(app, `${name}@two.example`, [role], own.tenantId);
        const call: Operator['call'] = (method, to, body) => who.call(method, to, body, { tenantId: own.tenantId });
        return { ...who, call };
      };
      people = {
        ida: await come('ida', 'EDITOR'),
        jon: await come('jon', 'EDITOR'),
        kim: await come('kim', 'EDITOR'),
        boss: await come('boss', 'ADMIN'),
      };
      for (const who of Object.values(people)) await ok(who.call('PATCH', '/v1/portal/mail', { topics: ['rules'] }));
      await ok(asKey('PATCH', '/tenant', { rulesNeedTwoPeople: true }));
    });

    test('one asks and another publishes or refuses exactly that draft; who has edited it does not', async () => {
      const { ida, jon, kim } = people;
      const begun = await made('pay');
      expect(begun).toMatchObject({ needsTwoPeople: true, draft: { isOwn: true } });
      await mustBe(409, publish('pay', begun.draft.revision, ida), /two people publish rules/);
      const asked = await ok(ask('pay', begun.draft.revision, ida, 'Losses of last week'));
      expect(asked.draft.request).toMatchObject({ by: 'ida@two.example', reason: 'Losses of last week' });
      await mustBe(409, ask('pay', asked.draft.revision, jon), /ida@two.example has asked/);
      await mustBe(409, publish('pay', asked.draft.revision, ida), /somebody else has to publish/);
      // What was asked is of the revision that it made, not of the one before.
      await mustBe(409, publish('pay', begun.draft.revision, jon), /changed or discarded/);

      // An edit voids it, also one that changes it back; who made it is an editor like the first.
      const edited = await ok(change('pay', asked.draft.revision, 'BLOCK', jon));
      expect(edited.draft.request).toBeUndefined();
      await mustBe(409, publish('pay', asked.draft.revision, kim), /changed or discarded/);
      await mustBe(409, publish('pay', edited.draft.revision, kim), /Ask for the publication/);
      await mustBe(409, refuse('pay', edited.draft.revision, kim), /Nobody asks/);
      const again = await ok(ask('pay', edited.draft.revision, jon));
      await mustBe(409, publish('pay', again.draft.revision, ida), /somebody else has to publish/);

      const refused = await ok(refuse('pay', again.draft.revision, kim));
      expect(refused.draft).toMatchObject({
        isOwn: false,
        refusal: { by: 'kim@two.example', reason: 'It blocks our own staff.' },
      });
      await mustBe(409, publish('pay', refused.draft.revision, kim), /Ask for the publication/);
      // Who asks proves who they are, if it can change a decision: nobody's open session is the first person.
      await app.runtime.advance(6 * 60_000);
      const stale = await ask('pay', refused.draft.revision, ida);
      expect([stale.status, stale.body.errorCode]).toEqual([403, 'step_up_required']);
      await ida.stepUp();
      const third = await ok(ask('pay', refused.draft.revision, ida, 'It does not any more.'));
      expect(third.draft.refusal).toBeUndefined();
      expect((await ok(ida.call('GET', '/v1/portal/rule-sets')))[0].askedAt).toEqual(expect.any(String));

      // And so does the second person.
      expect((await publish('pay', third.draft.revision, kim)).body.errorCode).toBe('step_up_required');
      await kim.stepUp();
      expect(await ok(publish('pay', third.draft.revision, kim))).toMatchObject({ live: { version: 2 } });
      await mustBe(409, publish('pay', third.draft.revision, kim), /changed or discarded/);
      expect((await ok(ida.call('GET', path('pay', '/versions'))))[0]).toMatchObject({
        madeBy: 'kim@two.example',
        askedBy: 'ida@two.example',
        reason: 'It does not any more.',
      });
      const { events } = await ok(people.boss.call('GET', '/v1/portal/audit-events?type=rule_draft.published'));
      expect(events[0]).toMatchObject({ actor: { id: kim.operatorId }, data: { after: { askedBy: ida.operatorId } } });

      await app.runtime.advance(2_000);
      const told = app.mail().flatMap(({ to, subject }) => (/rules/i.test(subject) ? [`${to}: ${subject}`] : []));
      expect(told.filter((one) => /ida@/.test(one)).map((one) => one.replace(/.*: /, ''))).toEqual([
        expect.stringContaining('Your rules are published'),
        expect.stringContaining('Rules wait'),
      ]);
      expect(told.filter((one) => /jon@.*were refused/.test(one))).toHaveLength(1);
      expect(told.filter((one) => /kim@.*Rules wait/.test(one))).toHaveLength(3);
    });

    test('who asked and left, or may not change rules any more, asks no longer', async () => {
      const { ida, jon, boss } = people;
      await jon.stepUp();
      const begun = await made('void');
      const asked = await ok(ask('void', begun.draft.revision, jon));
      await boss.stepUp();
      await ok(boss.call('PATCH', `/v1/portal/members/${jon.operatorId}`, { roles: ['VIEWER'] }));
      expect((await ok(boss.call('GET', path('void')))).draft.request).toBeUndefined();
      await mustBe(409, publish('void', asked.draft.revision, boss), /Ask for the publication/);
      // Others may ask in their place.
      await ida.stepUp();
      const again = await ok(ask('void', asked.draft.revision, ida));
      await ok(boss.call('PATCH', `/v1/portal/members/${jon.operatorId}`, { roles: ['EDITOR'] }));
      await mustBe(409, publish('void', asked.draft.revision, boss), /changed or discarded/);
      await ok(publish('void', again.draft.revision, boss));
    });

    test('no key and no session gets round it, and only who may change the team ends it', async () => {
      const { ida, boss } = people;
      await boss.stepUp();
      await ida.stepUp();
      const begun = await made('round');
      const asked = await ok(ask('round', begun.draft.revision, ida));
      const live = await ok(publish('round', asked.draft.revision, boss));
      const at = '/action-configurations/round';
      const one = `${at}/rules/${live.live.rules[0].ruleId}`;
      const ways: [string, string, object?][] = [
        ['POST', `${at}/rules`, { name: 'Mine', isActive: true, priority: 1, type: 'ALLOW' }],
        ['PATCH', one, { isActive: false }],
        ['DELETE', one],
        ['PATCH', at, { defaultUserActionResult: 'BLOCK' }],
        ['DELETE', at],
      ];
      for (const [method, rest, body] of ways) {
        await mustBe(403, asKey(method, rest, body), /two people publish rules/);
        await mustBe(403, ida.call(method, `/v1/management${rest}`, body), /two people publish rules/);
      }
      expect((await get('round', ida)).live).toEqual(live.live);
      // What is no rule stays as it was.
      await ok(asKey('PATCH', at, { messagingTemplates: { en: { defaultTemplate: 'Pay {{action.amount}}' } } }));
      await ok(asKey('PATCH', '/tenant', { tokenDurationInMinutes: 9 }));

      // What decides beside the rules is changed as it is ended: otherwise a challenge lets pass, or night is day.
      const end = { rulesNeedTwoPeople: null };
      const passes = { unenrolledUserState: 'ALLOW' };
      const takesTeam = [passes, { newActionResult: 'ALLOW' }, { timeZone: 'Pacific/Auckland' }, end];
      for (const body of takesTeam) {
        const words = new RegExp(
          `${Object.keys(body).join()}.* changed in the portal, by somebody who may change the team`,
        );
        await mustBe(403, asKey('PATCH', '/tenant', body), words);
        await mustBe(403, ida.call('PATCH', '/v1/management/tenant', body), words);
      }
      await app.runtime.advance(6 * 60_000);
      for (const body of takesTeam) {
        const late = await boss.call('PATCH', '/v1/management/tenant', body);
        expect([late.status, late.body.errorCode]).toEqual([403, 'step_up_required']);
      }
      expect((await get('round', ida)).needsTwoPeople).toBe(true);
      await boss.stepUp();
      await ok(boss.call('PATCH', '/v1/management/tenant', passes));
      // Sent again it is no change.
      await ok(asKey('PATCH', '/tenant', passes));
      await ok(boss.call('PATCH', '/v1/management/tenant', end));
      expect((await get('round', ida)).needsTwoPeople).toBe(false);
      await ok(asKey('PATCH', one, { isActive: false }));
      // An archived action brings its rules back.
      await ok(asKey('DELETE', at));
      await ok(asKey('PATCH', '/tenant', { rulesNeedTwoPeople: true }));
      const revived = { actionCode: 'round', defaultUserActionResult: 'ALLOW' };
      await mustBe(403, asKey('POST', '/action-configurations', revived), /two people publish rules/);
    });
  });
});

describe('on the postgres database', () => {
  let app: TestApp;
  let ada: Operator;
  beforeAll(async () => {
    app = await testApp('postgres', calm);
    ada = await operator(app, 'ada@bank.example', ['EDITOR']);
  });
  // It closes the database of both.
  let elsewhere: TestApp | undefined;
  afterAll(async () => {
    await elsewhere?.close();
    await app.close().catch(() => undefined);
  });

  test('of ten that save or publish one draft at once, one does', async () => {
    await app.call('POST', '/v1/management/action-configurations', {
      key: app.tenant.managementKey,
      body: { actionCode: 'race', defaultUserActionResult: 'ALLOW' },
    });
    const ten = async (call: (at: number) => ReturnType<Operator['call']>) =>
      (await Promise.all(Array.from({ length: 10 }, (_, at) => call(at)))).map(({ status }) => status).sort();
    const one = [200, ...Array.from({ length: 9 }, () => 409)];
    const body = (at: number) => ({
      baseVersion: 1,
      defaultOutcome: 'ALLOW',
      rules: [drafted(`R${at}`, 0, 'BLOCK', isBig(at))],
    });
    expect(await ten((at) => ada.call('POST', path('race', '/draft'), body(at)))).toEqual(one);
    const { draft } = (await ada.call('GET', path('race'))).body;
    const { revision } = draft;
    expect(await ten((at) => ada.call('POST', path('race', '/draft'), { revision, ...body(at) }))).toEqual(one);
    const next = (await ada.call('GET', path('race'))).body.draft.revision;
    expect(await ten(() => ada.call('POST', path('race', '/draft/publish'), { revision: next }))).toEqual(one);
    const versions = (await ada.call('GET', path('race', '/versions'))).body;
    expect(versions.map(({ version }: { version: number }) => version)).toEqual([2, 1]);
  });

  test('of those who publish, refuse, edit and discard what is asked at once, one does', async () => {
    const manage = (method: string, rest: string, body?: object) =>
      app.call(method, `/v1/management${rest}`, { key: app.tenant.managementKey, body });
    const jon = await operator(app, 'jon@bank.example', ['EDITOR']);
    const kim = await operator(app, 'kim@bank.example', ['ADMIN']);
    await manage('PATCH', '/tenant', { rulesNeedTwoPeople: true });
    elsewhere = await testApp('postgres', { ...calm, db: app.db, seed: 'elsewhere' });
    const there = { ...kim, call: callOn(elsewhere, kim, app.tenant.tenantId) };
    for (let round = 0; round < 10; round += 1) {
      const code = `asked-${round}`;
      await manage('POST', '/action-configurations', { actionCode: code, defaultUserActionResult: 'ALLOW' });
      const body = { baseVersion: 1, defaultOutcome: 'ALLOW', rules: [drafted('R', 0, 'BLOCK', isBig(1))] };
      const { revision: first } = (await ada.call('POST', path(code, '/draft'), body)).body.draft;
      const { revision } = (await ada.call('POST', path(code, '/draft/ask'), { revision: first })).body.draft;
      const acts: (() => Promise<TestReply>)[] = [
        () => jon.call('POST', path(code, '/draft/publish'), { revision }),
        () => there.call('POST', path(code, '/draft/publish'), { revision }),
        () => kim.call('POST', path(code, '/draft/refuse'), { revision, reason: 'No' }),
        () => ada.call('POST', path(code, '/draft'), { revision, ...body }),
        () => ada.call('DELETE', path(code, `/draft?revision=${revision}`)),
      ];
      // Publishing takes the longest, so others begin later in some rounds, and in some there are no others.
      const isAlone = round % 5 === 0;
      const replies = await Promise.all(
        acts.map(async (act, at) => {
          if (at >= 2) await new Promise((done) => setTimeout(done, round * 4));
          return isAlone && at >= 2 ? undefined : act();
        }),
      );
      const statuses = replies.flatMap((reply) => reply?.status ?? []);
      expect(statuses.filter((status) => status !== 409)).toHaveLength(1);
      const won = replies.findIndex((reply) => reply !== undefined && reply.status < 300);
      const now = (await ada.call('GET', path(code))).body;
      expect(now.live.version).toBe(won < 2 ? 2 : 1);
      expect(now.draft?.request).toBeUndefined();
      if (isAlone) expect(won).toBeLessThan(2);
    }

    // Who loses the role at the same time publishes nothing and ends nothing.
    const { tenantId } = app.tenant;
    const code = 'demoted';
    await manage('POST', '/action-configurations', { actionCode: code, defaultUserActionResult: 'ALLOW' });
    const body = { baseVersion: 1, defaultOutcome: 'BLOCK', rules: [] };
    const { revision: first } = (await ada.call('POST', path(code, '/draft'), body)).body.draft;
    const { revision } = (await ada.call('POST', path(code, '/draft/ask'), { revision: first })).body.draft;
    const waiting = statement<{ count: number }>(
      'rule_sets_test_waiting',
      `select count(*)::int as count from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    );
    const begun = await app.db.transaction(async (sql) => {
      await lockTenantConfiguration(sql, tenantId);
      const replies = Promise.all([
        jon.call('POST', path(code, '/draft/publish'), { revision }),
        kim.call('PATCH', '/v1/management/tenant', { rulesNeedTwoPeople: false }),
      ]);
      while ((await app.db.query(waiting, []))[0]?.count !== 2) await pause(20);
      for (const { operatorId } of [jon, kim]) await recordRoles(sql, portalTenantId, operatorId, tenantId, ['VIEWER']);
      return { replies };
    });
    expect((await begun.replies).map(({ status }) => status)).toEqual([403, 403]);
    expect((await ada.call('GET', path(code))).body).toMatchObject({ needsTwoPeople: true, live: { version: 1 } });
    await recordRoles(app.db, portalTenantId, kim.operatorId, tenantId, ['ADMIN']);
    expect((await kim.call('PATCH', '/v1/management/tenant', { rulesNeedTwoPeople: false })).status).toBe(200);
  });

  describe('tried on what was decided', () => {
    const code = 'transfer';
    const trackOf = (seed: number) => ({
      ...(seed % 3 === 0 ? {} : { ipAddress: `203.0.113.${seed % 200}` }),
      ...(seed % 4 === 0 ? {} : { deviceId: `device-${seed % 7}` }),
      ...(seed % 5 === 0 ? { userAgent: 'Googlebot/2.1 (+http://www.google.com/bot.html)' } : {}),
      ...(seed % 6 === 0 ? { email: `user-${seed % 9}@example.com` } : {}),
      custom: {
        ...(seed % 7 === 0 ? {} : { amount: seed % 11 === 0 ? 'not a number' : (seed * 37) % 3000 }),
        ...(seed % 2 === 0 ? { country: ['NZ', 'AU', 'DE', null][seed % 4] } : {}),
        ...(seed % 13 === 0 ? { tags: ['a', 'b'] } : {}),
      },
    });
    // As many as a try-out looks at. TEST_LONG tries ten times as many, a try-out after another.
    const isLong = process.env['TEST_LONG'] !== undefined;
    const tracks = isLong ? 1000 : 150;
    const rounds = isLong ? 10 : 1;
    // So many that what they did before stays below what is counted.
    const users = isLong ? 97 : 12;
    // Rules of every kind: values, lists, the past, the user, calculations.
    const rules = [
      drafted('Many', 0, 'REVIEW', '{"==":[{"%":[{"actionCount":["user","*",600,"*"]},7]},3]}'),
      drafted('Sum', 1, 'CHALLENGE', '{"<":[{"%":[{"customSum":["amount","device","transfer",600]},1000]},250]}'),
      drafted('Bot', 2, 'BLOCK', '{"==":[{"var":"device.isBot"},true]}'),
      drafted(
        'Big',
        3,
        'CHALLENGE',
        '{"and":[{">":[{"var":"custom.amount"},2000]},{"!=":[{"var":"user.email"},null]}]}',
      ),
      drafted('Place', 4, 'BLOCK', '{"in":[{"var":"custom.country"},{"var":"lists.blocked"}]}'),
      drafted('New', 5, 'REVIEW', '{"and":[{"==":[{"var":"device.isNew"},true]},{"<":[{"var":"custom.amount"},100]}]}'),
      drafted('Odd', 6, 'CHALLENGE', '{"==":[{"%":[{"+":[{"var":"custom.amount"},1]},2]},0]}'),
      drafted('Tags', 7, 'ALLOW', '{"some":[{"var":"custom.tags"},{"in":[{"var":""},["b"]]}]}'),
    ];
    const outcomeOf: Readonly<Record<string, string>> = {
      ALLOW: 'ALLOW',
      CHALLENGE_REQUIRED: 'CHALLENGE',
      REVIEW_REQUIRED: 'REVIEW',
      BLOCK: 'BLOCK',
    };
    /** By seed: what was decided, and what the changed rules decided where they are live. */
    let states = new Map<number, string>();
    let changedStates = new Map<number, string>();
    let again: TestTenant;
    let theirs: Operator;
    const replay = async (which: string) => {
      const reply = await ada.call('POST', path(code, '/replay'), { which });
      expect(reply.status, reply.text).toBe(200);
      return reply.body;
    };
    const save = async (body: object, who = ada) => {
      const { live, draft } = (await who.call('GET', path(code))).body;
      const reply = await who.call('POST', path(code, '/draft'), {
        baseVersion: live.version,
        defaultOutcome: 'ALLOW',
        ...(draft === undefined ? {} : { revision: draft.revision }),
        ...body,
      });
      expect(reply.status, reply.text).toBe(200);
      return reply.body;
    };
    const publish = async (revision: string, who = ada) => {
      await who.stepUp();
      const reply = await who.call('POST', path(code, '/draft/publish'), { revision });
      expect(reply.status, reply.text).toBe(200);
    };

    /** The same rules in another order, with other outcomes: another change each round. */
    const changedRules = (round: number) =>
      rules.map((_, priority) => {
        const rule = rules[(priority * 3 + round) % rules.length] ?? rules[0];
        const types = ['BLOCK', 'ALLOW', 'CHALLENGE', 'REVIEW'];
        return { ...rule, priority, type: types[(priority + round) % 4] };
      });
    /** Tracks the actions of a round, and the same ones where the changed rules of that round are live. */
    const trackRound = async (round: number) => {
      await publish(
        (await save({ rules: changedRules(round), defaultOutcome: 'CHALLENGE' }, theirs)).draft.revision,
        theirs,
      );
      states = new Map();
      changedStates = new Map();
      for (let seed = round * tracks; seed < (round + 1) * tracks; seed += 1) {
        await app.runtime.advance(100);
        const to = `/v1/users/user-${seed % users}/actions/${code}`;
        const track = async ({ secretKey: key }: TestTenant, found: Map<number, string>) => {
          const reply = await app.call('POST', to, { key, body: trackOf(seed) });
          expect(reply.status, reply.text).toBe(200);
          found.set(seed, outcomeOf[reply.body.state] ?? '');
        };
        await Promise.all([track(app.tenant, states), track(again, changedStates)]);
      }
      await ada.stepUp();
    };

    beforeAll(async () => {
      again = await app.createTenant('Tracked again');
      const who = await operator(app, 'again@bank.example', ['EDITOR'], again.tenantId);
      theirs = { ...who, call: (method, to, body) => who.call(method, to, body, { tenantId: again.tenantId }) };
      for (const { managementKey: key } of [app.tenant, again]) {
        const manage = (rest: string, body: object) => app.call('POST', `/v1/management${rest}`, { key, body });
        const valueListItems = ['DE', 'FR'];
        await manage('/value-lists', { name: 'Blocked', itemType: 'string', isActive: true, valueListItems });
        await manage('/action-configurations', { actionCode: code, defaultUserActionResult: 'ALLOW' });
      }
      await publish((await save({ rules })).draft.revision);
      await trackRound(0);
    }, 600_000);

    test(
      'the live rules, replayed over what they decided, differ in none; changed ones as tracking again does',
      async () => {
        for (let round = 0; round < rounds; round += 1) {
          if (round > 0) await trackRound(round);
          const said = await replay('live');
          expect(new Set(states.values()).size).toBeGreaterThanOrEqual(3);
          expect(said).toMatchObject({
            considered: tracks,
            same: tracks,
            different: 0,
            cannotSay: 0,
            computedAgain: 0,
          });
          expect(said.namesLists).toBe(true);

          await save({ rules: changedRules(round), defaultOutcome: 'CHALLENGE' });
          const changed = await replay('draft');
          expect(changed).toMatchObject({ considered: tracks, cannotSay: 0, computedAgain: 0, isCutShort: false });
          const expected = new Map<string, number>();
          for (const [seed, was] of states) {
            const pair = `${was} ${changedStates.get(seed)}`;
            expected.set(pair, (expected.get(pair) ?? 0) + 1);
          }
          const pairs = changed.matrix.map(({ was, now, count }: Record<string, string>) => [`${was} ${now}`, count]);
          expect(new Map(pairs)).toEqual(expected);
          expect(changed.different).toBeGreaterThan(tracks / 4);
        }
      },
      isLong ? 3_600_000 : 60_000,
    );

    test('rules on what the action itself tells say the same as tracking it again', async () => {
      const own = [
        drafted('Bot', 0, 'REVIEW', '{"==":[{"var":"device.isBot"},true]}'),
        drafted('Phone', 1, 'BLOCK', '{"in":[{"var":"device.id"},["device-1","device-2"]]}'),
        drafted('Net', 2, 'CHALLENGE', '{"inCidr":[{"var":"ip.ipAddress"},["203.0.113.0/25"]]}'),
      ];
      await save({ rules: own });
      const said = await replay('draft');
      expect(said).toMatchObject({ considered: tracks, cannotSay: 0 });
      expect(said.computedAgain).toBe(tracks);
      expect(said.computedFacts).toEqual(expect.arrayContaining(['device.id', 'ip.ipAddress']));
      const expected = new Map<string, number>();
      for (const [seed, was] of states) {
        const { ipAddress, deviceId, userAgent } = trackOf(seed);
        const host = Number(ipAddress?.split('.').at(-1) ?? 999);
        const isPhone = deviceId === 'device-1' || deviceId === 'device-2';
        const now = userAgent !== undefined ? 'REVIEW' : isPhone ? 'BLOCK' : host < 128 ? 'CHALLENGE' : 'ALLOW';
        expected.set(`${was} ${now}`, (expected.get(`${was} ${now}`) ?? 0) + 1);
      }
      const pairs = said.matrix.map(({ was, now, count }: Record<string, string>) => [`${was} ${now}`, count]);
      expect(new Map(pairs)).toEqual(expected);
      for (const { was, now, count, examples } of said.matrix)
        expect(examples).toHaveLength(was === now ? 0 : Math.min(5, count));
    });

    test('what only the past knew is not guessed', async () => {
      const past = [drafted('Enrolled', 0, 'BLOCK', '{"==":[{"var":"user.isEnrolled"},true]}')];
      await save({ rules: past });
      expect(await replay('draft')).toMatchObject({
        same: 0,
        different: 0,
        cannotSay: tracks,
        unknownReads: ['user.isEnrolled'],
      });
      // Not even what an action did not send may have been stored on its user.
      await save({ rules: [drafted('Tier', 0, 'BLOCK', '{"==":[{"var":"custom.tier"},"gold"]}')] });
      expect(await replay('draft')).toMatchObject({ cannotSay: tracks });
      // It does not matter where a rule before it, or the same outcome, settles it.
      await save({ rules: [drafted('Always', 0, 'CHALLENGE'), { ...past[0], priority: 1 }] });
      const said = await replay('draft');
      expect(said).toMatchObject({ cannotSay: 0 });
      expect(said.matrix.map(({ now }: { now: string }) => now)).toEqual(expect.arrayContaining(['CHALLENGE']));
      // What was recorded as missing is known to have been missing.
      await save({ rules: [drafted('No mail', 0, 'BLOCK', '{"==":[{"var":"user.email"},null]}')] });
      expect(await replay('draft')).toMatchObject({ cannotSay: 0 });
    });

    test('one past action says the same as all of them, by which rule, and what cannot be said', async () => {
      const one = async (actionId: string, who = ada, which = 'draft') => {
        const reply = await who.call('POST', path(code, `/replay/${actionId}`), { which });
        expect(reply.status, reply.text).toBe(200);
        return reply.body;
      };
      // Only one rule decides, so what it matches is what differs.
      const changed = rules.map((rule) => ({ ...rule, type: rule.name === 'Big' ? 'BLOCK' : rule.type }));
      await save({ rules: changed });
      const { matrix } = await replay('draft');
      const moved = matrix.filter(({ was, now }: Record<string, string>) => was !== now);
      expect(moved).toMatchObject([{ was: 'CHALLENGE', now: 'BLOCK' }]);
      for (const { actionId } of moved[0].examples) {
        expect(await one(actionId)).toMatchObject({
          was: { outcome: 'CHALLENGE', source: 'rule', rule: { name: 'Big' } },
          now: { outcome: 'BLOCK', source: 'rule', rule: { name: 'Big' } },
          possible: ['BLOCK'],
          unknownReads: [],
          computedFacts: [],
          namesLists: true,
        });
        expect(await one(actionId, ada, 'live')).toMatchObject({ now: { outcome: 'CHALLENGE' } });
      }
      const [{ actionId }] = moved[0].examples;

      // A rule on what nobody recorded: it may have matched or not.
      const past = drafted('Enrolled', 0, 'REVIEW', '{"==":[{"var":"user.isEnrolled"},true]}');
      await save({ rules: [past, drafted('Always', 1, 'BLOCK')] });
      const unsaid = await one(actionId);
      expect(unsaid).toMatchObject({
        possible: ['REVIEW', 'BLOCK'],
        unknownReads: ['user.isEnrolled'],
        rules: [
          { status: 'unknown', isUnrecorded: true },
          { status: 'matched', isUnrecorded: false },
        ],
      });
      expect(unsaid.now).toBeUndefined();
      await save({ rules: [{ ...past, type: 'BLOCK' }, drafted('Always', 1, 'BLOCK')] });
      expect((await one(actionId)).now).toEqual({ outcome: 'BLOCK', source: 'unsaid' });
      await save({ rules: [drafted('Bot', 0, 'REVIEW', '{"==":[{"var":"device.isBot"},true]}')] });
      expect((await one(actionId)).computedFacts).toEqual([]);
      await save({ rules: [drafted('Phone', 0, 'REVIEW', '{"==":[{"var":"device.id"},"x"]}')] });
      expect(await one(actionId)).toMatchObject({ computedFacts: ['device.id'], now: { source: 'default' } });

      // Contacts show only to who may see them.
      const mails = [drafted('Mail', 0, 'REVIEW', '{"in":["user-",{"var":"user.email"}]}')];
      await save({ rules: mails });
      const known = (await one(actionId)).rules[0].leaves[0].text;
      expect(known).toMatch(/user-\d@example\.com/);
      const vera = await operator(app, 'vera@bank.example', ['VIEWER']);
      const masked = JSON.stringify(await one(actionId, vera));
      expect(masked).toContain('u•••@example.com');
      expect(masked).not.toMatch(/user-\d@/);

      const missing = [
        path('race', `/replay/${actionId}`),
        path(code, '/replay/nothing'),
        path(code, `/replay/${code}`),
      ];
      for (const to of missing) expect((await ada.call('POST', to, { which: 'live' })).status).toBe(404);
      // What was decided is told as long as it can be read; nothing else is made up.
      const write = (text: string) =>
        app.db.script(`update actions_by_month set decision = '${text}' where action_id = '${actionId}'`);
      const [{ decision } = { decision: '' }] = await app.db.query(
        statement<{ decision: string }>(
          'rule_sets_test_decision',
          'select decision::text as decision from actions_by_month where tenant_id = $1 and action_id = $2',
        ),
        [app.tenant.tenantId, actionId],
      );
      const record = { v: 1, outcome: 'REVIEW', source: 'default', ruleSet: { version: 1, hash: null } };
      await write(JSON.stringify({ ...record, matched: [], unknown: [], demand: {}, inputs: {} }));
      expect(await one(actionId)).toMatchObject({ was: { outcome: 'REVIEW' }, isLost: true, possible: [], rules: [] });
      await write('{}');
      const nothing = await one(actionId);
      expect(nothing).toMatchObject({ isLost: true });
      expect(nothing.was).toBeUndefined();
      await write(decision.replaceAll("'", "''"));
    });

    test('any change of the outcomes and their order is what the matches of each action say', async () => {
      const type = fc.constantFrom('ALLOW', 'CHALLENGE', 'REVIEW', 'BLOCK');
      const order = fc.shuffledSubarray([...rules.keys()], { minLength: 1 });
      await fc.assert(
        fc.asyncProperty(order, fc.array(type, { minLength: 8, maxLength: 8 }), type, async (places, types, other) => {
          const changed = places.map((place, at) => ({ ...rules[place], priority: at, type: types[place] }));
          await save({ rules: changed, defaultOutcome: other });
          const said = await replay('draft');
          // Everything that they read is on record, so there is nothing that cannot be said.
          expect(said).toMatchObject({ considered: tracks, cannotSay: 0, computedAgain: 0 });
          expect(said.same + said.different).toBe(tracks);
        }),
        { numRuns: 8 },
      );
    });
  });
});

/** Calls as an operator does whose page another node answers. */
function callOn(node: TestApp, { secret }: Operator, tenantId: string): Operator['call'] {
  return (method, to, body) =>
    node.call(method, to, {
      key: null,
      body,
      headers: {
        origin: testPublicUrl,
        'sec-fetch-site': 'same-origin',
        cookie: `${operatorCookie}=${secret}`,
        'x-sallyport-tenant': tenantId,
      },
    });
}
