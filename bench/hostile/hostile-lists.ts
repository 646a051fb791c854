import type { HostileTenant, HostileWork } from '../hostile-work.ts';

const repeat = <Item>(length: number, make: (index: number) => Item): Item[] =>
  Array.from({ length }, (_, index) => make(index));

const listsMax = 60;
const nameOf = (index: number) => `Large ${index}`;
/** About a megabyte, with a different first item each time. */
const itemsOf = (turn: number) => repeat(10_000, (index) => `${index === 0 ? turn : index}-${'a'.repeat(95)}`);

async function makeLists({ manage }: HostileTenant): Promise<void> {
  const known = (await manage('GET', '/value-lists', undefined)) as readonly { readonly name: string }[];
  const names = new Set(known.map(({ name }) => name));
  for (let index = 0; index < listsMax; index += 1) {
    if (names.has(nameOf(index))) continue;
    const list = { name: nameOf(index), itemType: 'string', isActive: true, valueListItems: itemsOf(index) };
    await manage('POST', '/value-lists', list);
  }
}

let turn = 0;

export const hostileLists: readonly HostileWork[] = [
  {
    what: `${listsMax} value lists of a megabyte, read at once`,
    prepare: makeLists,
    async work({ manage }) {
      await manage('GET', '/value-lists', undefined);
    },
  },
  {
    what: `A list of a megabyte that 36 actions name, changed`,
    async prepare(tenant) {
      await makeLists(tenant);
      for (let index = 0; index < 36; index += 1) {
        const actionCode = `hostile-list-${index}`;
        await tenant.manage('POST', '/action-configurations', { actionCode, defaultUserActionResult: 'ALLOW' });
        const conditions = { or: repeat(5, (which) => ({ in: ['x', { var: `lists.large-${which}` }] })) };
        const rule = { name: 'Lists', isActive: true, priority: 0, type: 'BLOCK', conditions };
        await tenant.manage('POST', `/action-configurations/${actionCode}/rules`, rule);
      }
    },
    async work({ manage }) {
      turn += 1;
      await manage('PATCH', '/value-lists/large-0', { valueListItems: itemsOf(turn) });
    },
  },
];
