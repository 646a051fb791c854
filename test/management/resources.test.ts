import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publishConfig } from '../../src/storage/queries/tenants.ts';
import { statement } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { manage } from './manage.ts';

const databaseKinds = databasesOf(import.meta.url);

const absentId = '00000000-0000-4000-8000-000000000000';

describe.each(databaseKinds)('on the %s database', (kind) => {
  let app: TestApp;
  let ask: ReturnType<typeof manage>;
  beforeAll(async () => {
    app = await testApp(kind);
    ask = manage(app);
    await ask('POST', '/action-configurations', { actionCode: 'pay', defaultUserActionResult: 'CHALLENGE' });
  });
  afterAll(() => app.close());

  async function freshRule(body: object = {}) {
    const { body: rules } = await ask('GET', '/action-configurations/pay/rules');
    const taken = new Set((rules as { priority: number }[]).map(({ priority }) => priority));
    const priority = Array.from({ length: 100 }, (_, index) => index).find((number) => !taken.has(number));
    const made = await ask('POST', '/action-configurations/pay/rules', {
      name: 'Rule',
      isActive: false,
      priority,
      type: 'REVIEW',
      ...body,
    });
    expect(made.status, made.text).toBe(200);
    return { ...made.body, path: `/action-configurations/pay/rules/${made.body.ruleId as string}` };
  }

  test('lists are bare arrays: actions by code, rules by priority, lists and data points by name', async () => {
    for (const actionCode of ['zeta', 'Alpha', 'beta']) {
      await ask('POST', '/action-configurations', { actionCode, defaultUserActionResult: 'ALLOW' });
    }
    const codes = (await ask('GET', '/action-configurations')).body.map(
      ({ actionCode }: { actionCode: string }) => actionCode,
    );
    expect(codes).toEqual(['Alpha', 'beta', 'pay', 'zeta']);

    for (const priority of [98, 0, 50]) {
      await ask('POST', '/action-configurations/zeta/rules', { name: 'R', isActive: true, priority, type: 'BLOCK' });
    }
    const rules = (await ask('GET', '/action-configurations/zeta/rules')).body;
    expect(rules.map(({ priority }: { priority: number }) => priority)).toEqual([0, 50, 98]);

    for (const name of ['b list', 'a list']) {
      await ask('POST', '/value-lists', { name, itemType: 'string', isActive: true });
    }
    expect((await ask('GET', '/value-lists')).body).toEqual([
      { name: 'a list', alias: 'a-list', itemType: 'string', isActive: true },
      { name: 'b list', alias: 'b-list', itemType: 'string', isActive: true },
    ]);
    for (const name of ['b', 'a']) {
      await ask('POST', '/custom-data-points', { name, dataType: 'text', modelType: 'user' });
    }
    const points = (await ask('GET', '/custom-data-points')).body;
    expect(points.map(({ name }: { name: string }) => name)).toEqual(['a', 'b']);
  });

  test('an archived action disappears with its rules; creating it again restores what the request leaves out', async () => {
    const path = '/action-configurations/archive-me';
    const made = await ask('POST', '/action-configurations', {
      actionCode: 'archive-me',
      defaultUserActionResult: 'ALLOW',
      verificationMethods: ['PASSKEY'],
      messagingTemplates: { en: { defaultTemplate: 'Pay {{action.amount}}' } },
    });
    const rule = await ask('POST', `${path}/rules`, { name: 'R', isActive: true, priority: 0, type: 'BLOCK' });
    expect((await ask('DELETE', path)).body).toEqual({ success: true });
    for (const gone of [path, `${path}/rules`, `${path}/rules/${rule.body.ruleId as string}`]) {
      expect((await ask('GET', gone)).status, gone).toBe(404);
    }
    expect((await ask('DELETE', path)).status).toBe(404);
    expect((await ask('PATCH', path, { defaultUserActionResult: 'BLOCK' })).status).toBe(404);
    expect(JSON.stringify((await ask('GET', '/action-configurations')).body)).not.toContain('archive-me');

    const revived = await ask('POST', '/action-configurations', {
      actionCode: 'archive-me',
      defaultUserActionResult: 'REVIEW',
      messagingTemplates: null,
    });
    const { messagingTemplates: _cleared, ...kept } = made.body;
    expect(revived.body).toEqual({ ...kept, defaultUserActionResult: 'REVIEW' });
    const { warnings: _said, ...ruleAsRead } = rule.body;
    expect((await ask('GET', `${path}/rules`)).body).toEqual([ruleAsRead]);
  });

  test('an action shows when it was last tracked, once it was', async () => {
    expect((await ask('GET', '/action-configurations/pay')).body).not.toHaveProperty('lastActionCreatedAt');
    const at = new Date(app.runtime.clock.now()).toISOString();
    await app.call('POST', '/v1/users/alice/actions/pay', { body: {} });
    expect((await ask('GET', '/action-configurations/pay')).body.lastActionCreatedAt).toBe(at);
    expect((await ask('PATCH', '/action-configurations/pay', {})).body.lastActionCreatedAt).toBe(at);
  });

  test('a saved rule decides the next action that this node tracks', async () => {
    await ask('POST', '/action-configurations', { actionCode: 'decide', defaultUserActionResult: 'ALLOW' });
    const track = async () => (await app.call('POST', '/v1/users/alice/actions/decide', { body: {} })).body.state;
    expect(await track()).toBe('ALLOW');
    const rule = await ask('POST', '/action-configurations/decide/rules', {
      name: 'Never',
      isActive: true,
      priority: 0,
      type: 'BLOCK',
    });
    expect(await track()).toBe('BLOCK');
    await ask('DELETE', `/action-configurations/decide/rules/${rule.body.ruleId as string}`);
    expect(await track()).toBe('ALLOW');
    await ask('PATCH', '/action-configurations/decide', { defaultUserActionResult: 'REVIEW' });
    expect(await track()).toBe('REVIEW_REQUIRED');
  });

  test('PATCH keeps what is left out, null clears, a value sets, and false, 0 and "" are values', async () => {
    const rule = await freshRule({
      isActive: true,
      description: 'why',
      conditions: { '==': [1, 2] },
      verificationMethods: ['PASSKEY'],
      defaultVerificationMethod: 'PASSKEY',
      promptToEnrollVerificationMethods: ['PASSKEY'],
      minimumAssurance: 'high',
    });
    const { path, warnings: _said, ...resource } = rule;
    expect((await ask('PATCH', path, {})).body).toMatchObject(resource);
    expect((await ask('PATCH', path, { isActive: false, description: '' })).body).toMatchObject({
      ...resource,
      isActive: false,
      description: '',
    });
    const cleared = await ask('PATCH', path, {
      description: null,
      conditions: null,
      verificationMethods: null,
      defaultVerificationMethod: null,
      promptToEnrollVerificationMethods: null,
      minimumAssurance: null,
    });
    expect(cleared.body).toEqual({
      tenantId: app.tenant.tenantId,
      actionCode: 'pay',
      ruleId: rule.ruleId,
      name: 'Rule',
      isActive: false,
      priority: rule.priority,
      type: 'REVIEW',
    });
    for (const name of ['name', 'isActive', 'priority', 'type']) {
      expect((await ask('PATCH', path, { [name]: null })).status, name).toBe(400);
    }

    const list = '/value-lists/patched';
    await ask('POST', '/value-lists', {
      name: 'Patched',
      itemType: 'number',
      isActive: true,
      valueListItems: [1.5, 0],
    });
    expect((await ask('PATCH', list, { isActive: false })).body.valueListItems).toEqual([1.5, 0]);
    expect((await ask('PATCH', list, { valueListItems: [] })).body.valueListItems).toEqual([]);
    expect((await ask('PATCH', list, { valueListItems: null })).body).not.toHaveProperty('valueListItems');
    expect((await ask('PATCH', list, { name: 'Other' })).body).toMatchObject({ name: 'Other', alias: 'patched' });

    const { body: point } = await ask('POST', '/custom-data-points', {
      name: 'Patched',
      dataType: 'number',
      modelType: 'action',
      description: 'd',
      linked: true,
    });
    const pointPath = `/custom-data-points/${point.id as string}`;
    expect(point).toMatchObject({ isPublic: false, linked: true });
    expect((await ask('PATCH', pointPath, { isPublic: true })).body).toEqual({ ...point, isPublic: true });
    expect((await ask('PATCH', pointPath, { description: null, linked: false })).body).not.toHaveProperty(
      'description',
    );

    await ask('PATCH', '/tenant', { tokenDurationInMinutes: 5, ipWhitelist: [], allowDisablingMfa: false });
    expect((await ask('PATCH', '/tenant', { tokenDurationInMinutes: null })).body).toEqual({
      tenantId: app.tenant.tenantId,
      name: 'Test tenant',
      ipWhitelist: [],
      allowDisablingMfa: false,
    });
  });

  test('the settings that only Sallyport has are stored, returned and applied', async () => {
    const settings = {
      newActionResult: 'REVIEW',
      unenrolledUserState: 'ALLOW',
      allowedRedirectUrls: ['https://bank.example/done'],
      customDomains: ['auth.bank.example'],
      factorChangePolicy: 'any-proof',
      inlineReEnrolment: true,
      allowPlainPushApproval: false,
      timeZone: 'Pacific/Auckland',
      authenticatorEventsWebhookConfig: { url: 'https://bank.example/events', includeCredentialPublicKey: false },
      logEventsWebhookConfig: { endpointUrl: 'https://bank.example/logs' },
    };
    const other = await app.createTenant('Settings');
    const change = manage(app, other);
    expect((await change('PATCH', '/tenant', settings)).body).toMatchObject(settings);
    expect((await change('GET', '/tenant')).body).toMatchObject(settings);
    const tracked = await app.call('POST', '/v1/users/u/actions/unseen', { key: other.secretKey, body: {} });
    expect(tracked.body.state).toBe('REVIEW_REQUIRED');
    const refused = await app.call('POST', '/v1/users/u/actions/unseen', {
      key: other.secretKey,
      body: { redirectUrl: 'https://evil.example/' },
    });
    expect(refused.status).toBe(400);
    for (const [name, value] of [
      ['timeZone', 'Mars/Olympus'],
      ['tokenDurationInMinutes', 0],
      ['tokenDurationInMinutes', 1.5],
      ['ipWhitelist', ['203.0.113.7']],
      ['allowedRedirectUrls', ['javascript:alert(1)']],
      ['customDomains', ['https://auth.bank.example']],
      ['authenticatorEventsWebhookConfig', { url: 'http://bank.example' }],
      ['authenticatorEventsWebhookConfig', { includeCredentialPublicKey: true }],
      ['name', null],
      ['name', ''],
    ]) {
      expect((await change('PATCH', '/tenant', { [name as string]: value })).status, String(name)).toBe(400);
    }
  });

  test('tenant and theme have the same name', async () => {
    const renamed = manage(app, await app.createTenant('Before'));
    await renamed('PATCH', '/theme', { name: 'By theme' });
    expect((await renamed('GET', '/tenant')).body.name).toBe('By theme');
    await renamed('PATCH', '/tenant', { name: 'By tenant' });
    expect((await renamed('GET', '/theme')).body).toEqual({ name: 'By tenant', darkMode: {} });
  });

  test('a theme merges key by key, replaces arrays, and leaves out groups that have become empty', async () => {
    const paint = manage(app, await app.createTenant('Paint'));
    const faces = [
      { url: 'https://fonts.example/a.woff2', weight: '400' },
      { url: 'https://fonts.example/b.woff2', weight: '100 900' },
    ];
    await paint('PATCH', '/theme', {
      colors: { link: '#abc', focus: '#aabbccdd' },
      typography: { text: { faces, sizeAdjust: 67 } },
      links: { underline: false },
      container: { position: 'left', padding: 0 },
      darkMode: { colors: { link: '#000000' } },
      template: '<html><authsignal-head></authsignal-head><authsignal-widget></authsignal-widget></html>',
    });
    const painted = await paint('PATCH', '/theme', {
      colors: { link: null },
      typography: { text: { faces: faces.slice(0, 1) } },
      darkMode: { colors: { link: null }, primaryColor: '#121282' },
      template: null,
    });
    expect(painted.body).toEqual({
      name: 'Paint',
      colors: { focus: '#aabbccdd' },
      typography: { text: { faces: [{ url: 'https://fonts.example/a.woff2', weight: 400 }], sizeAdjust: 67 } },
      links: { underline: false },
      container: { padding: 0 },
      darkMode: { primaryColor: '#121282' },
    });
    const bare = await paint('PATCH', '/theme', {
      colors: null,
      typography: { text: { faces: null, sizeAdjust: null } },
      links: { underline: null },
      container: null,
      darkMode: null,
    });
    expect(bare.body).toEqual({ name: 'Paint', darkMode: {} });
  });

  test.each([
    { primaryColor: 'red' },
    { logoUrl: 'http://bank.example/logo.png' },
    { logoUrl: 'javascript:alert(1)' },
    { borders: { buttonBorderRadius: 101 } },
    { borders: { cardBorderWidth: 21 } },
    { borders: { cardBorderWidth: 1.5 } },
    { container: { padding: 201 } },
    { container: { logoHeight: 0 } },
    { container: { contentAlignment: 'top' } },
    { typography: { text: { sizeAdjust: 66 } } },
    { typography: { text: { faces: [{ url: 'https://f.example/a', weight: '900 100' }] } } },
    { typography: { text: { faces: [{ url: 'https://f.example/a', weight: '1001' }] } } },
    { typography: { text: { faces: Array.from({ length: 7 }, () => ({ url: 'https://f.example/a' })) } } },
    { darkMode: { typography: {} } },
    { darkMode: { links: { underline: true } } },
    { darkMode: { shadows: { enabled: true } } },
    { darkMode: { container: { paddingVertical: 1 } } },
    { template: '<html></html>' },
    { colors: { nothing: '#000000' } },
  ])('a theme refuses %j', async (body) => {
    const reply = await ask('PATCH', '/theme', body);
    expect(reply.status, reply.text).toBe(400);
    expect(reply.body.error).toBe('invalid_request');
  });

  test('ruling 50: image URLs do not lengthen the header without bound: if they are long, only their origins are listed', async () => {
    const { body: tracked } = await app.call('POST', '/v1/users/long/actions/a', { body: {} });
    const faces = Array.from({ length: 6 }, (_, at) => ({ url: `https://fonts.example/${'f'.repeat(1_900)}${at}` }));
    const logoUrl = `https://cdn.example/${'l'.repeat(1_000)}.png`;
    await ask('PATCH', '/theme', { logoUrl, typography: { text: { faces }, display: { faces } } });
    const page = await app.call('GET', `/challenge?token=${tracked.token as string}`, { key: null });
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain(`img-src 'self' data: ${logoUrl};`);
    expect(policy).toContain("font-src 'self' https://fonts.example;");
    await ask('PATCH', '/theme', { logoUrl: null, typography: null });
  });

  describe('ruling 52: a page template', () => {
    const marks = '<authsignal-head></authsignal-head><authsignal-widget></authsignal-widget>';
    const framed = (text: string) => `<main class="shell" onclick="x()">${text}</main>${marks}`;
    // As it can be in the database: also as an earlier release, or a node that runs one, would have left it.
    const replaced = statement<never>(
      'test_replace_template',
      `update tenants set theme = jsonb_set(theme, '{template}', to_jsonb($2::text)), page_template = coalesce($3, page_template)
       where tenant_id = $1`,
    );
    const forgotten = statement<never>(
      'test_forget_template',
      'update tenants set page_template = null where tenant_id = $1',
    );

    async function ofTenant(name: string) {
      const tenant = await app.createTenant(name);
      const { body: tracked } = await app.call('POST', '/v1/users/u/actions/a', { key: tenant.secretKey, body: {} });
      const html = async (more = '') =>
        (await app.call('GET', `/challenge?token=${tracked.token as string}${more}`, { key: null })).text;
      const replace = async (template: string, prepared: object | null = null) => {
        await app.db.query(replaced, [tenant.tenantId, template, prepared === null ? null : JSON.stringify(prepared)]);
        await publishConfig(app.db, tenant.tenantId);
        await app.app.context.published.refresh();
      };
      return { tenant, paint: manage(app, tenant), html, replace, token: tracked.token as string };
    }

    test('is sanitised when it is stored, returned as it was sent, and never exposed to scripts', async () => {
      const { paint, html, token } = await ofTenant('Framed');
      const template = framed('<script>x()</script>First');
      expect((await paint('PATCH', '/theme', { template })).body.template).toBe(template);
      expect((await paint('GET', '/theme')).body.template).toBe(template);
      expect(await html()).toContain('<body><main class="shell">First</main>');
      expect(await html('&mode=popup')).not.toContain('class="shell"');
      expect(await html()).not.toContain('onclick');
      const session = await app.call('GET', '/v1/client/ui/session', { token });
      expect(session.body.tenant.theme).toEqual({ name: 'Framed', darkMode: {} });
      await paint('PATCH', '/theme', { name: 'Renamed' });
      expect(await html()).toContain('<main class="shell">First</main>');
      await paint('PATCH', '/theme', { template: null });
      expect(await html()).toContain('<body><div class="Page">');
    });

    test('is prepared once, not for each page', async () => {
      const { tenant, paint, html } = await ofTenant('Read once');
      await paint('PATCH', '/theme', { template: framed('First') });
      await html();
      await app.db.query(replaced, [tenant.tenantId, framed('Other'), null]);
      expect(await html()).toContain('>First</main>');
    });

    test('that costs too much, or has no place for the widget, is refused and changes nothing', async () => {
      const { paint, html } = await ofTenant('Refused');
      await paint('PATCH', '/theme', { template: framed('Kept') });
      for (const [template, why] of [
        [`${marks}${'<div>'.repeat(5_000)}`, 'template has elements more than 100 deep inside each other.'],
        [
          `${marks}${'<i></i>'.repeat(14_000)}`,
          'template has too many elements and attributes: reading it takes more than 40000 steps.',
        ],
        [`<!--${marks}-->`, 'template has no <authsignal-widget> where a browser would show one.'],
      ]) {
        const reply = await paint('PATCH', '/theme', { primaryColor: '#112233', template });
        expect([reply.status, reply.body.error, reply.body.errorDescription]).toEqual([400, 'invalid_request', why]);
      }
      expect((await paint('GET', '/theme')).body).not.toHaveProperty('primaryColor');
      expect(await html()).toContain('>Kept</main>');
      // This used to take 9 seconds a page, and is nothing but comments.
      expect((await paint('PATCH', '/theme', { template: `${marks}${'<!'.repeat(49_900)}` })).status).toBe(200);
      expect(await html()).toMatch(/<body><div id="widget-container">/);
    });

    test('that an earlier release stored without sanitising is sanitised once; a result prepared for another text is not shown', async () => {
      const { tenant, paint, html, replace } = await ofTenant('Older');
      await paint('PATCH', '/theme', { template: framed('First') });
      await replace(framed('By an older node'));
      expect(await html()).toContain('<main class="shell">By an older node</main>');
      await app.db.query(forgotten, [tenant.tenantId]);
      await replace(framed('From long ago'));
      expect(await html()).toContain('<main class="shell">From long ago</main>');
      await replace(framed('True'), { rulesVersion: 0, madeFrom: 'x', page: { before: '<script>x()</script>' } });
      expect(await html()).toContain('<main class="shell">True</main>');
    });

    test('that was stored and cannot be shown leaves the default look, and the log says so once', async () => {
      const { tenant, html, replace } = await ofTenant('Beyond');
      await replace(`${marks}${'<div>'.repeat(10_000)}`);
      expect(await html()).toContain('<body><div class="Page">');
      await html();
      const told = app.logText().split(`The page template of tenant ${tenant.tenantId} is not shown`).length - 1;
      // Message and stack of one line.
      expect(told).toBe(2);
    });
  });

  test('value lists: the alias comes from the name; numbers may come as text; other types are refused', async () => {
    const make = (name: string, itemType: string, valueListItems: unknown) =>
      ask('POST', '/value-lists', { name, itemType, isActive: true, valueListItems });
    expect((await make('  Größe & "Quotes"; -- ', 'number', ['1000', 2, '-1.5e2'])).body).toMatchObject({
      alias: 'gr-e-quotes',
      valueListItems: [1000, 2, -150],
    });
    expect((await make('Clash', 'string', [])).status).toBe(200);
    expect((await make('CLASH!', 'string', [])).body).toEqual({
      error: 'resource_already_exists',
      errorCode: 'resource_already_exists',
      errorDescription: 'A value list with the alias clash already exists.',
    });
    for (const [itemType, items] of [
      ['string', [1]],
      ['number', ['one']],
      ['number', [9007199254740993]],
      ['number', [true]],
      ['string', ['x'.repeat(1001)]],
      ['string', Array.from({ length: 10_001 }, () => 'x')],
    ] as const) {
      expect((await make('Refused', itemType, items)).status).toBe(400);
    }
    expect((await make('!!!', 'string', [])).status).toBe(400);
    expect(
      (
        await make(
          'Long',
          'string',
          Array.from({ length: 10_000 }, (_, index) => `item ${index}`),
        )
      ).status,
    ).toBe(200);
  });

  test('messages: unknown languages or ids, texts that are too long or empty, foreign placeholders and tags are refused', async () => {
    const id = 'sms-code-entry.heading';
    const put = (locale: string, publicId: string, text: string) =>
      ask('PATCH', '/message-overrides', { messageOverrides: { [locale]: { [publicId]: text } } });
    expect((await put('en', id, '{tenantName} sent a code')).status).toBe(200);
    for (const [locale, publicId, text] of [
      ['xx', id, 'x'],
      ['en', 'nothing.heading', 'x'],
      ['en', id, ' '],
      ['en', id, 'x'.repeat(121)],
      ['en', id, '{password}'],
      ['en', id, '<script>alert(1)</script>'],
      ['en', id, '<img src=x onerror=alert(1)'],
    ] as const) {
      const reply = await put(locale, publicId, text);
      expect(reply.status, `${locale} ${publicId} ${text}`).toBe(400);
    }
    expect((await ask('GET', '/message-overrides')).body).toEqual({
      messageOverrides: { en: { [id]: '{tenantName} sent a code' } },
    });
    expect((await ask('PATCH', '/message-overrides', {})).body).toEqual({
      messageOverrides: { en: { [id]: '{tenantName} sent a code' } },
    });
  });

  test('the catalogue has every text under its id, each with a default wording', async () => {
    const { body } = await ask('GET', '/message-overrides/catalog');
    expect(body.catalogVersion).toBe(7);
    const screens = new Set(body.screens.map(({ id }: { id: string }) => id));
    for (const point of body.points) {
      expect(point.publicId).toBe(`${point.screen as string}.${(point.item ?? point.role) as string}`);
      expect(screens.has(point.screen)).toBe(true);
      expect(point.defaultCopy.en.length).toBeLessThanOrEqual(point.maxLength);
    }
  });

  test('methods that are not enabled or not built yet, and defaults that are not permitted, are refused', async () => {
    const rule = await freshRule();
    for (const path of ['/action-configurations/pay', rule.path]) {
      const disabled = await ask('PATCH', path, { verificationMethods: ['PASSKEY', 'SMS'] });
      expect(disabled.body).toEqual({
        error: 'invalid_request',
        errorCode: 'invalid_request',
        errorDescription: 'SMS is not an enabled verification method',
      });
      expect((await ask('PATCH', path, { defaultVerificationMethod: 'PUSH' })).status).toBe(400);
      expect((await ask('PATCH', path, { verificationMethods: [] })).status).toBe(400);
      expect((await ask('PATCH', path, { promptToEnrollVerificationMethods: ['SMS'] })).status).toBe(400);
      const contradiction = { verificationMethods: ['PASSKEY'], defaultVerificationMethod: 'EMAIL_OTP' };
      expect((await ask('PATCH', path, contradiction)).status).toBe(400);
    }
    const flow = { actionCode: 'flow', actionType: 'FLOW', defaultUserActionResult: 'ALLOW' };
    expect((await ask('POST', '/action-configurations', flow)).body.error).toBe('invalid_configuration');
    for (const defaultTemplate of ['{{action.amount', 'amount}}', '{{other.amount}}', '{{action.a.b}}']) {
      const bad = await ask('PATCH', '/action-configurations/pay', { messagingTemplates: { en: { defaultTemplate } } });
      expect(bad.body.errorDescription, defaultTemplate).toContain('bad template');
    }
  });

  test('A76: a webhook is stored and returned, unless its URL already shows that it would never be called', async () => {
    const path = '/action-configurations/pay';
    const set = (verificationWebhookUrl: string | null) => ask('PATCH', path, { verificationWebhookUrl });
    const url = 'https://bank.example/verify?a=b';
    expect((await set(url)).body.verificationWebhookUrl).toBe(url);
    expect((await ask('GET', path)).body.verificationWebhookUrl).toBe(url);
    expect((await set(null)).body).not.toHaveProperty('verificationWebhookUrl');
    for (const unusable of [
      'http://bank.example/verify',
      'https://bank.example:8443/verify',
      'https://127.0.0.1/verify',
      'https://2130706433/verify',
      'https://0x7f.1/verify',
      'https://[::1]/verify',
      'https://[::ffff:10.0.0.1]/verify',
      'https://169.254.169.254/latest/meta-data',
    ]) {
      expect((await set(unusable)).body.error, unusable).toBe('invalid_configuration');
    }
    for (const malformed of ['bank.example', 'ftp://bank.example/', 'https://user:secret@bank.example/', '']) {
      expect((await set(malformed)).body.error, malformed).toBe('invalid_request');
    }
  });

  test('a missing object gives 404 to reads, changes and deletes; an existing one gives 409 to creates', async () => {
    const absent = [
      '/action-configurations/absent',
      '/action-configurations/bad%20code',
      '/action-configurations/%00',
      '/action-configurations/absent/rules/' + absentId,
      '/action-configurations/pay/rules/' + absentId,
      '/action-configurations/pay/rules/not-a-uuid',
      '/value-lists/absent',
      '/value-lists/%00%22',
      '/custom-data-points/' + absentId,
      '/custom-data-points/not-a-uuid',
    ];
    for (const path of absent) {
      for (const method of ['GET', 'PATCH', 'DELETE']) {
        const reply = await ask(method, path, method === 'PATCH' ? {} : undefined);
        expect(reply.status, `${method} ${path} ${reply.text}`).toBe(404);
        expect(reply.body.error).toBe('not_found');
      }
    }
    expect((await ask('GET', '/action-configurations/absent/rules')).status).toBe(404);
    const orphan = { name: 'R', isActive: true, priority: 0, type: 'BLOCK' };
    expect((await ask('POST', '/action-configurations/absent/rules', orphan)).status).toBe(404);

    const action = { actionCode: 'pay', defaultUserActionResult: 'ALLOW' };
    const twice = await ask('POST', '/action-configurations', action);
    expect([twice.status, twice.body.error]).toEqual([409, 'resource_already_exists']);
    await app.call('POST', '/v1/users/alice/actions/tracked-first', { body: {} });
    expect((await ask('POST', '/action-configurations', { ...action, actionCode: 'tracked-first' })).status).toBe(409);
    const point = { name: 'twice', dataType: 'text', modelType: 'action' };
    expect((await ask('POST', '/custom-data-points', point)).status).toBe(200);
    expect((await ask('POST', '/custom-data-points', point)).body.error).toBe('resource_already_exists');
    expect((await ask('POST', '/custom-data-points', { ...point, modelType: 'user' })).status).toBe(200);
  });

  test('inactive rules also hold their priority, which never conflicts with itself; one rule of 100 fits', async () => {
    const rule = await freshRule({ isActive: false });
    const clash = { name: 'R', isActive: true, priority: rule.priority as number, type: 'BLOCK' };
    const refused = await ask('POST', '/action-configurations/pay/rules', clash);
    expect(refused.body).toMatchObject({
      error: 'invalid_request',
      errorDescription: `There is already another rule with priority: ${rule.priority as number}`,
    });
    expect((await ask('PATCH', rule.path, { priority: rule.priority })).status).toBe(200);
    const other = await freshRule();
    expect((await ask('PATCH', other.path, { priority: rule.priority })).status).toBe(400);
    for (const priority of [-1, 100, 1.5, '1']) {
      expect((await ask('PATCH', rule.path, { priority })).status, String(priority)).toBe(400);
    }
  });

  test('a response can be changed and sent back whole; a new value for an immutable member is refused', async () => {
    const rule = await freshRule();
    const read = (await ask('GET', rule.path)).body;
    expect((await ask('PATCH', rule.path, { ...read, name: 'Renamed' })).body.name).toBe('Renamed');
    for (const path of ['/action-configurations/pay', '/value-lists/patched', '/theme', '/tenant']) {
      const { body } = await ask('GET', path);
      const back = await ask('PATCH', path, body);
      expect(back.status, path + back.text).toBe(200);
      expect(back.body).toEqual(body);
    }
    for (const [path, body] of [
      ['/action-configurations/pay', { actionCode: 'other' }],
      ['/value-lists/patched', { itemType: 'string' }],
    ] as const) {
      expect((await ask('PATCH', path, body)).body.errorDescription).toMatch(/cannot be changed/);
    }
  });

  test('numbers in responses are integers, never 4.0', async () => {
    const sent = '{"container":{"padding":61.0,"logoHeight":4e1},"borders":{"inputBorderWidth":4.0}}';
    const painted = await app.call('PATCH', '/v1/management/theme', { key: app.tenant.managementKey, rawBody: sent });
    expect(painted.text).toContain('"padding":61');
    expect(painted.text).not.toMatch(/\d\.\d|\de\d/);
    const rule = await app.call('POST', '/v1/management/action-configurations/zeta/rules', {
      key: app.tenant.managementKey,
      rawBody: '{"name":"R","isActive":true,"priority":7.0,"type":"ALLOW"}',
    });
    expect(rule.text).toContain('"priority":7,');
  });

  test('both spellings of a path are equivalent, and ids in it are percent-decoded', async () => {
    const rule = await freshRule();
    const underscored = rule.path.replace('action-configurations', 'action_configurations');
    expect((await ask('GET', underscored)).body).toEqual((await ask('GET', rule.path)).body);
    expect((await ask('GET', rule.path.replace('/pay/', '/p%61y/'))).status).toBe(200);
    for (const path of ['value_lists', 'custom_data_points', 'message_overrides', 'authenticator_configurations']) {
      expect((await ask('GET', `/${path}`)).status, path).toBe(200);
    }
  });

  test('ruling 52: all rules of an action have limits together; existing rules may be made smaller', async () => {
    await ask('POST', '/action-configurations', { actionCode: 'full', defaultUserActionResult: 'ALLOW' });
    const path = '/action-configurations/full/rules';
    const post = (priority: number, conditions: unknown, isActive = true) =>
      ask('POST', path, { name: `R${priority}`, isActive, priority, type: 'BLOCK', conditions });
    const many = (name: string) => ({ missing: Array.from({ length: 600 }, (_, index) => `custom.${name}${index}`) });
    const first = await post(50, many('a'));
    expect(first.status, first.text).toBe(200);
    const second = await post(60, many('b'));
    expect(second.status).toBe(400);
    expect(second.body.errorDescription).toMatch(
      /^The active rules of an action may read 1,000 different facts together/,
    );
    expect((await post(40, many('b'))).status, 'nor before it').toBe(400);
    const idle = await post(60, many('b'), false);
    expect(idle.status, idle.text).toBe(200);
    const idlePath = `${path}/${idle.body.ruleId as string}`;
    expect((await ask('PATCH', idlePath, { isActive: true })).status).toBe(400);
    expect((await ask('PATCH', idlePath, { name: 'Still idle' })).status).toBe(200);
    expect((await ask('PATCH', `${path}/${first.body.ruleId as string}`, { isActive: false })).status).toBe(200);
    expect((await ask('PATCH', idlePath, { isActive: true })).status).toBe(200);

    const long = { in: ['x', 'y'.repeat(65_000)] };
    const statuses: number[] = [];
    for (let priority = 0; priority < 17; priority += 1) statuses.push((await post(priority, long)).status);
    expect(statuses, '1 MiB').toEqual([...Array<number>(16).fill(200), 400]);
    const rules = (await ask('GET', path)).body as { priority: number; ruleId: string }[];
    expect(rules).toHaveLength(18);
    const shorter = await ask('PATCH', `${path}/${rules[0]?.ruleId ?? ''}`, { conditions: { in: ['x', 'y'] } });
    expect(shorter.status, shorter.text).toBe(200);
  });

  test('warnings report what is allowed but probably not intended; a rule that uses enabled facts and lists gets none', async () => {
    const rule = await freshRule({ conditions: { in: [{ var: 'ip.contryCode' }, { var: 'lists.nowhere' }] } });
    expect(rule.warnings).toEqual([
      { code: 'unknown_path', place: '/in/0', message: expect.stringContaining('ip.countryCode') },
      { code: 'unknown_list', place: '/in/1', message: expect.stringContaining('nowhere') },
    ]);
    const allowing = await freshRule({
      type: 'ALLOW',
      conditions: { '!': { in: [{ var: 'ip.countryCode' }, ['KP']] } },
    });
    expect(allowing.warnings).toEqual([
      { code: 'matches_when_missing', place: '', message: expect.stringContaining('"ip.countryCode"') },
    ]);
    const { body } = await ask('PATCH', rule.path, { conditions: { '==': [{ var: 'custom.anything' }, 1] } });
    expect(body).not.toHaveProperty('warnings');
    expect((await ask('GET', rule.path)).body).not.toHaveProperty('warnings');
  });
});
