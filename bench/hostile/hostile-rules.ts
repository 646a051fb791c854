import type { HostileTenant, HostileWork } from '../hostile-work.ts';

const item = { var: '' };
const repeat = <Item>(length: number, make: (index: number) => Item): Item[] =>
  Array.from({ length }, (_, index) => make(index));
const ranges = repeat(3_000, (index) => `10.${index % 256}.${index >> 8}.0/24`);

const rangesInLoop = { some: [{ var: 'lists.hostile' }, { inCidr: [item, { if: [true, ranges] }] }] };
/** As many steps as a rule may take, all of them over data. */
const dearest = { all: [{ var: 'lists.hostile' }, { '!=': [{ cat: [item, item] }, 'x'] }] };
const manyReads = { and: repeat(160, (index) => ({ '==': [{ var: `custom.text` }, { var: `custom.t${index}` }] })) };

async function makeAction(tenant: HostileTenant, actionCode: string, conditions: readonly unknown[]): Promise<void> {
  await tenant.manage('POST', '/action-configurations', { actionCode, defaultUserActionResult: 'ALLOW' });
  for (const [priority, each] of conditions.entries()) await saveRule(tenant, actionCode, priority, each);
}

async function saveRule(
  tenant: HostileTenant,
  actionCode: string,
  priority: number,
  conditions: unknown,
  status = 200,
): Promise<void> {
  const rule = { name: `Rule ${priority}`, isActive: true, priority, type: 'BLOCK', conditions };
  await tenant.manage('POST', `/action-configurations/${actionCode}/rules`, rule, status);
}

async function makeList({ manage }: HostileTenant): Promise<void> {
  const valueListItems = repeat(10_000, (index) => `203.${index % 256}.${index >> 8}.1`);
  const list = { name: 'Hostile', itemType: 'string', isActive: true, valueListItems };
  await manage('POST', '/value-lists', list).catch(() => manage('PATCH', '/value-lists/hostile', list));
}

const facts = {
  custom: {
    text: 'a'.repeat(30_000),
    ...Object.fromEntries(repeat(30, (index) => [`t${index}`, `a${index}`.repeat(300)])),
  },
};
let tracked = 0;

export const hostileRules: readonly HostileWork[] = [
  {
    what: 'A rule that reads 3,000 ranges for each of 10,000 items, saved',
    async prepare(tenant) {
      await makeList(tenant);
      await makeAction(tenant, 'hostile-save', []);
    },
    work: (tenant) => saveRule(tenant, 'hostile-save', 0, rangesInLoop, 400),
  },
  {
    what: 'Rules that take all steps of a decision, tracked',
    async prepare(tenant) {
      await makeList(tenant);
      await makeAction(
        tenant,
        'hostile-track',
        repeat(20, () => dearest),
      );
    },
    async work(tenant) {
      tracked += 1;
      await tenant.call('POST', `/v1/users/hostile-${tracked}/actions/hostile-track`, facts);
    },
  },
  {
    what: 'A hundred rules, tried out and explained',
    prepare: (tenant) => makeAction(tenant, 'hostile-dry-run', []),
    async work({ manage }) {
      const rules = repeat(100, (priority) => {
        return {
          name: `R${priority}`,
          isActive: true,
          priority,
          type: 'ALLOW',
          conditions: priority < 60 ? manyReads : dearest,
        };
      });
      await manage('POST', '/action-configurations/hostile-dry-run/rules/evaluate', {
        rules: rules.slice(0, 70),
        facts,
      });
    },
  },
  {
    what: 'As many conditions as an action may have, changed and published',
    prepare: (tenant) =>
      makeAction(
        tenant,
        'hostile-publish',
        repeat(30, () => ({ cat: repeat(1_000, (index) => index) })),
      ),
    async work({ manage }) {
      tracked += 1;
      await manage('PATCH', '/action-configurations/hostile-publish', {
        defaultUserActionResult: tracked % 2 === 0 ? 'ALLOW' : 'BLOCK',
      });
    },
  },
];
