/** Rules in the portal, on the real server: made, ordered, tried, published, and gone back to, by keys and by hand. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { ask } from '../rig/api.ts';
import { patienceMs } from '../rig/browser.ts';
import { look } from './look.ts';
import { startPortal } from './portal-site.ts';
import type { OpenPortal, PortalSite } from './portal-site.ts';

let site: PortalSite;
let ada: OpenPortal;
let base: string;

beforeAll(async () => {
  site = await startPortal();
  ada = await site.admin('ada@bank.example');
  base = `${site.url}/portal/t/${site.tenantId}`;
  for (let at = 0; at < 40; at += 1) {
    const path = `/v1/users/user-${at % 5}/actions/withdraw`;
    const body = { custom: { amount: at * 100 }, ...(at % 2 === 0 ? { userAgent: 'Googlebot/2.1' } : {}) };
    const reply = await ask(site.url, 'POST', path, { key: site.secretKey, body });
    expect(reply.status, reply.text).toBe(200);
  }
  const other = await ask(site.url, 'POST', '/v1/users/user-0/actions/deposit', { key: site.secretKey, body: {} });
  expect(other.status, other.text).toBe(200);
});
afterAll(() => site.stop());

const isThere = { timeout: patienceMs };

const names = (page: Page) => page.locator('.RuleMain strong').allInnerTexts();
const api = async (path: string) =>
  (await ask(site.url, 'GET', `/v1/management${path}`, { key: site.managementKey })).body;

async function addRule(page: Page, name: string, outcome: string, fill: () => Promise<void>): Promise<void> {
  await page.getByRole('button', { name: 'New rule' }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Outcome', { exact: true }).selectOption(outcome);
  await fill();
  await page.getByRole('button', { name: 'Save in the draft' }).click();
  await page.locator('.RuleMain strong', { hasText: name }).waitFor(isThere);
}

test('rules are built, ordered, tried on what was decided, published with a reason, and gone back from', async () => {
  const { page, problems } = ada;
  await page.goto(base);
  await page.getByRole('navigation', { name: 'Pages' }).waitFor(isThere);
  await page.keyboard.press('g');
  await page.keyboard.press('c');
  await page.getByRole('heading', { name: /^Actions/ }).waitFor(isThere);
  await page.getByRole('link', { name: 'withdraw' }).waitFor(isThere);
  await look(page);
  await page.getByRole('link', { name: 'withdraw' }).click();
  await page.getByText('No rules yet').waitFor(isThere);
  await look(page);

  // By the builder: two comparisons of one group.
  await addRule(page, 'Large withdrawals', 'REVIEW', async () => {
    await page.getByRole('button', { name: 'Add a condition' }).click();
    await page.getByLabel('Fact', { exact: true }).selectOption('device.isBot');
    await page.getByLabel('How it compares').selectOption('isTrue');
    await page.getByRole('button', { name: 'Add a condition' }).click();
    await page.getByLabel('Fact', { exact: true }).nth(1).selectOption('actionCount');
    await page.getByLabel('How it compares').nth(1).selectOption('>=');
    await page.getByLabel('Minutes').fill('30');
    await page.getByLabel('Value', { exact: true }).fill('3');
    await look(page, 'rules-builder');
  });
  // As text: what the builder cannot draw stays as it is written.
  const odd = '{"==": [ {"%": [{"var": "custom.amount"}, 200]}, 0 ]}';
  await addRule(page, 'Even amounts', 'BLOCK', async () => {
    await page.getByRole('button', { name: 'JSON', exact: true }).click();
    const editor = page.getByLabel('Conditions as JSON');
    await editor.fill('{"==": [');
    await page.getByText('This is not JSON yet').waitFor(isThere);
    await editor.fill(odd);
    await page.getByText('This is not JSON yet').waitFor({ state: 'detached', ...isThere });
    await page.getByRole('button', { name: 'Builder', exact: true }).click();
    await page.getByText('cannot draw these conditions').waitFor(isThere);
    await look(page, 'rules-text');
  });
  expect(await names(page)).toEqual(['Large withdrawals', 'Even amounts']);

  // Nothing is missing without being said.
  await page.getByRole('button', { name: 'New rule' }).click();
  await page.getByRole('button', { name: 'Add a condition' }).click();
  await page.getByRole('button', { name: 'Save in the draft' }).click();
  await page.getByText('Give the rule a name.').waitFor(isThere);
  await page.getByRole('button', { name: 'Cancel' }).click();

  // Ordered by the keyboard, and switched off.
  await page.getByRole('button', { name: 'Move Even amounts up' }).focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => names(page)).toEqual(['Even amounts', 'Large withdrawals']);
  // And by hand.
  await page.locator('.RuleRow').nth(0).dragTo(page.locator('.RuleRow').nth(1));
  await expect.poll(() => names(page)).toEqual(['Large withdrawals', 'Even amounts']);
  await page.getByLabel('If no rule matches').selectOption('ALLOW');
  await page.getByText('The default is now ALLOW instead of CHALLENGE.').waitFor(isThere);
  await page.getByRole('switch', { name: /Large withdrawals/ }).click();
  await page.getByText('Rule "Large withdrawals" is new, switched off').waitFor(isThere);
  await look(page, 'rules-draft');
  expect(await api('/action-configurations/withdraw/rules')).toEqual([]);

  await page.getByRole('link', { name: 'Try out' }).click();
  await page.getByRole('button', { name: 'Try it on them' }).click();
  await page.getByText('40 of the last 40 would be decided otherwise.').waitFor(isThere);
  await page.getByRole('button', { name: '20 actions, show examples' }).first().click();
  await page.getByLabel('Facts as JSON').fill('{"custom": {"amount": 400}}');
  await page.getByRole('button', { name: 'Decide by these facts' }).click();
  await page.getByText('The outcome is BLOCK, decided by rule "Even amounts".').waitFor(isThere);
  await look(page, 'rules-try');

  // One of them, from its own page and back.
  const example = await page.locator('.Recent a').first().getAttribute('href');
  await page.goto(`${site.url}${example}`);
  await page.getByRole('link', { name: 'Try the rules on it' }).click();
  const one = page.locator('.TryResult');
  await one.getByText('By the draft').waitFor(isThere);
  await one.getByText('by rule “Even amounts”').or(one.getByText('by the default')).first().waitFor(isThere);
  await look(page);
  await page.getByRole('button', { name: 'The live rules' }).click();
  await one.getByText('The same.').waitFor(isThere);
  await page.getByLabel('Or the id of one').fill('0198e2a4-6d3c-7b1f-9a25-4c8e7d6f1b06');
  await page.keyboard.press('Enter');
  await page.getByText('There is no such action of this code.').waitFor(isThere);

  await page.getByRole('button', { name: 'Publish…' }).click();
  await page.getByRole('dialog').getByText('40 of the last 40').waitFor(isThere);
  await page.getByLabel('Why (for the history)').fill('Even amounts are fraud.');
  await look(page, 'rules-publish');
  await page.getByRole('button', { name: 'Publish version 2' }).click();
  await page.getByText('Version 2 decides from now on.').waitFor(isThere);
  const stored = await ask(site.url, 'GET', '/v1/management/action-configurations/withdraw/rules', {
    key: site.managementKey,
  });
  expect(stored.text).toContain(`"conditions":${odd}`);
  expect(stored.text).toContain(
    '"conditions":{"and":[{"==":[{"var":"device.isBot"},true]},{">=":[{"actionCount":["user","*",30,"*"]},3]}]}',
  );
  const decided = await ask(site.url, 'POST', '/v1/users/late/actions/withdraw', {
    key: site.secretKey,
    body: { custom: { amount: 400 } },
  });
  expect(decided.body.state).toBe('BLOCK');

  // Opened and saved, nothing changes.
  for (const name of ['Large withdrawals', 'Even amounts']) {
    await page.getByRole('link', { name: 'Rules', exact: true }).click();
    await page.getByRole('button', { name: `Edit ${name}` }).click();
    await page.getByRole('button', { name: 'Save in the draft' }).click();
    // The sentence may be that of the one before.
    await page.getByRole('button', { name: 'Save in the draft' }).waitFor({ ...isThere, state: 'detached' });
    await page.getByText('Nothing differs.').waitFor(isThere);
  }
  await page.getByRole('button', { name: 'Discard' }).click();
  await page.getByText('Draft discarded').waitFor(isThere);

  await page.getByRole('link', { name: 'History' }).click();
  await page.getByText('Even amounts are fraud.').waitFor(isThere);
  await page.getByRole('button', { name: 'Compare version 1' }).click();
  await page.getByRole('dialog').getByText('Rule "Even amounts" is removed.').waitFor(isThere);
  await look(page);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Go back to version 1' }).click();
  await page.getByText('Rule "Even amounts" is removed.').waitFor(isThere);
  await look(page, 'rules-history');
  await page.getByRole('button', { name: 'Publish…' }).click();
  await page.getByRole('button', { name: 'Publish version 3' }).click();
  await page.getByText('Version 3 decides from now on.').waitFor(isThere);
  expect(await api('/action-configurations/withdraw/rules')).toEqual([]);

  const main = page.getByRole('main');
  await main.getByRole('link', { name: 'Messages', exact: true }).click();
  await page.getByText('No message').waitFor(isThere);
  await page.getByLabel('Add a language').selectOption('en');
  await page.getByLabel('English', { exact: true }).fill('You are sending {{action.amount}.');
  await page.getByText('placeholders are written').waitFor(isThere);
  await page.getByLabel('English', { exact: true }).fill('You are sending {{action.amount}}.');
  await look(page);
  await page.getByRole('button', { name: 'Save the messages' }).click();
  await page.getByText('Messages saved').waitFor(isThere);
  expect((await api('/action-configurations/withdraw')).messagingTemplates).toEqual({
    en: { defaultTemplate: 'You are sending {{action.amount}}.' },
  });

  await main.getByRole('link', { name: 'Settings', exact: true }).click();
  await page.getByLabel('Lowest assurance that passes').selectOption('high');
  await look(page);
  await page.getByRole('button', { name: 'Save the settings' }).click();
  await page.getByText('Settings saved').waitFor(isThere);
  expect((await api('/action-configurations/withdraw')).minimumAssurance).toBe('high');
  expect(problems).toEqual([]);
});

test('two operators edit one rule set: each sees what the other did, and nothing is overwritten unseen', async () => {
  const ben = await site.admin('ben@bank.example');
  const path = `${base}/rules/deposit`;
  for (const { page } of [ada, ben]) {
    await page.goto(path);
    await page.getByRole('button', { name: 'New rule' }).waitFor(isThere);
  }
  await ben.page.getByRole('button', { name: 'New rule' }).click();
  await ben.page.getByLabel('Name', { exact: true }).fill('Of Ben');
  await addRule(ada.page, 'Of Ada', 'BLOCK', async () => undefined);
  await ben.page.getByRole('button', { name: 'Save in the draft' }).click();
  const dialog = ben.page.getByRole('dialog', { name: 'The draft was changed meanwhile' });
  await dialog.getByText('Of Ada').waitFor(isThere);
  await dialog.getByText('Of Ben').waitFor(isThere);
  await look(ben.page, 'rules-conflict');
  await dialog.getByRole('button', { name: 'Keep the other one' }).click();
  await ben.page.goto(path);
  await ben.page.getByText('Of Ada', { exact: true }).waitFor(isThere);
  expect(await names(ben.page)).toEqual(['Of Ada']);

  // The live rules change under the draft, by the API.
  const rule = { name: 'By the API', isActive: true, priority: 50, type: 'ALLOW' };
  const made = await ask(site.url, 'POST', '/v1/management/action-configurations/deposit/rules', {
    key: site.managementKey,
    body: rule,
  });
  expect(made.status, made.text).toBe(200);
  await ben.page.reload();
  await ben.page.getByText('The live rules have changed since this draft began').waitFor(isThere);
  await ben.page.getByText('Rule "By the API" is removed.').waitFor(isThere);
  expect(await ben.page.getByRole('button', { name: 'Publish…' }).count()).toBe(0);
  await look(ben.page);
  await ben.page.getByRole('button', { name: /^Keep it for version/ }).click();
  await ben.page.getByRole('button', { name: 'Publish…' }).waitFor(isThere);
  expect((await api('/action-configurations/deposit/rules')).map(({ name }: { name: string }) => name)).toEqual([
    'By the API',
  ]);

  // From here on two people publish. Both have edited this draft, so one of them begins another.
  const two = { key: site.managementKey, body: { rulesNeedTwoPeople: true } };
  expect((await ask(site.url, 'PATCH', '/v1/management/tenant', two)).status).toBe(200);
  await ben.page.reload();
  await ben.page.getByRole('button', { name: 'Discard' }).click();
  await ben.page.getByText('Draft discarded').waitFor(isThere);
  await addRule(ben.page, 'Of Ben', 'BLOCK', async () => undefined);
  const askFor = async (why: string) => {
    await ben.page.getByRole('button', { name: 'Ask for publication…' }).click();
    await ben.page.getByLabel('Why (for the history)').fill(why);
    await ben.page.getByRole('button', { name: 'Ask for it' }).click();
    await ben.page.getByText('Somebody who has not changed the draft has to publish it.').waitFor(isThere);
  };
  await askFor('Losses of last week.');
  expect(await ben.page.getByRole('button', { name: 'Publish…' }).count()).toBe(0);
  await ada.page.goto(path);
  await ada.page.getByText('ben@bank.example asks for it to be published').waitFor(isThere);
  await ada.page.getByText('Losses of last week.').waitFor(isThere);
  await look(ada.page, 'rules-asked');
  await ada.page.getByRole('button', { name: 'Refuse…' }).click();
  await ada.page.getByLabel('Why', { exact: true }).fill('It blocks our own staff.');
  await look(ada.page);
  await ada.page.getByRole('button', { name: 'Refuse', exact: true }).click();
  await ada.page.getByText('ada@bank.example has refused it').waitFor(isThere);
  // What was refused meanwhile shows, also to who does something else with it.
  await ben.page.getByRole('button', { name: 'Take back…' }).click();
  await ben.page.getByLabel('Why', { exact: true }).fill('Mine.');
  await ben.page.getByRole('button', { name: 'Refuse', exact: true }).click();
  await ben.page.getByText('It blocks our own staff.').waitFor(isThere);
  await ben.page.keyboard.press('Escape');
  await askFor('Staff have another action now.');
  await ada.page.reload();
  await ada.page.getByRole('button', { name: 'Publish…' }).click();
  await ada.page.getByRole('button', { name: 'Publish version 3' }).click();
  await ada.page.getByText('Version 3 decides from now on.').waitFor(isThere);
  await ada.page.getByRole('link', { name: 'History' }).click();
  await ada.page.getByText('asked by ben@bank.example').waitFor(isThere);
  await ada.page.getByText('Staff have another action now.').waitFor(isThere);
  expect([...ada.problems, ...ben.problems]).toEqual([]);
});
