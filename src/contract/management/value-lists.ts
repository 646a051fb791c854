import { z } from 'zod';
import { json } from '../route.ts';
import * as v from '../values.ts';
import { closed } from './closed.ts';
import { managementRoute, nothing } from './management-route.ts';
import { displayName, success } from './values.ts';

const about = {
  name: 'Name of the list, 1 to 256 characters without control characters.',
  alias:
    'Id of the list: its first name in lower case, with a hyphen for every run of other characters than a-z and 0-9. Conditions read the list as `lists.<alias>`. It never changes.',
  isActive: 'Stored and returned for SDKs; it has no effect. Conditions read inactive lists, too.',
  valueListItems: 'The items in order, at most 10,000. Conditions look values up in them. Absent: the list is empty.',
};

const listParams = z.object({ alias: v.opaqueId.describe('Alias of the list, such as `blocked-countries`.') });

const itemType = z.enum(['string', 'number']).describe('Type of all items. It never changes.');
// Ruling 30.
const items = z
  .array(z.union([v.text(1000), z.number()], 'valueListItems must be strings of at most 1,000 characters, or numbers.'))
  .max(10_000, 'valueListItems must have at most 10,000 items.')
  .describe(
    'The items in order, at most 10,000, each a string of at most 1,000 characters or a number. A list of numbers takes numeric strings, too. A request replaces all items; null or absent on creation: no items.',
  );

const name = displayName.describe(about.name);
const isActive = z.boolean().describe(about.isActive);

const valueList = z
  .object({
    name: z.string().describe(about.name),
    alias: z.string().describe(about.alias),
    itemType,
    isActive: z.boolean().describe(about.isActive),
    valueListItems: z
      .array(z.union([z.string(), z.number()]))
      .optional()
      .describe(about.valueListItems),
  })
  .meta({ id: 'ValueList' });

const answered = ['tenantId', 'alias'];

const exampleList = {
  name: 'Blocked countries',
  alias: 'blocked-countries',
  itemType: 'string',
  isActive: true,
  valueListItems: ['KP', 'IR'],
};

export const listValueLists = managementRoute({
  id: 'listValueLists',
  method: 'GET',
  path: '/value-lists',
  title: 'List value lists',
  description: 'Returns all value lists with their items, ordered by name.',
  group: 'value-lists',
  params: z.object({}),
  body: nothing,
  reply: json(z.array(valueList)),
  example: { reply: [exampleList] },
  refusals: [],
  audit: null,
});

export const createValueList = managementRoute({
  id: 'createValueList',
  method: 'POST',
  path: '/value-lists',
  title: 'Create a value list',
  description:
    'Creates a list for conditions to look values up in. Its alias comes from its name: “Blocked countries” becomes `blocked-countries`, and conditions read it as `lists.blocked-countries`. A tenant can have 200 lists. An alias that exists is `resource_already_exists`.',
  group: 'value-lists',
  params: z.object({}),
  body: closed({ name, itemType, isActive, valueListItems: items.nullish() }, answered),
  reply: json(valueList),
  example: {
    request: {
      body: { name: 'Blocked countries', itemType: 'string', isActive: true, valueListItems: ['KP', 'IR'] },
    },
    reply: exampleList,
  },
  refusals: ['resource_already_exists'],
  audit: 'value_list.created',
});

export const getValueList = managementRoute({
  id: 'getValueList',
  method: 'GET',
  path: '/value-lists/:alias',
  title: 'Get a value list',
  description: 'Reads one value list with all its items.',
  group: 'value-lists',
  params: listParams,
  body: nothing,
  reply: json(valueList),
  example: { request: { params: { alias: 'blocked-countries' } }, reply: exampleList },
  refusals: ['not_found'],
  audit: null,
});

export const updateValueList = managementRoute({
  id: 'updateValueList',
  method: 'PATCH',
  path: '/value-lists/:alias',
  title: 'Change a value list',
  description:
    'Changes the members that you send and keeps all others. Items are replaced whole, and rules see them at once. A new name leaves the alias as it is. The type of the items cannot change.',
  group: 'value-lists',
  params: listParams,
  body: closed(
    {
      name: name.optional(),
      itemType: itemType.optional(),
      isActive: isActive.optional(),
      valueListItems: items.nullish(),
    },
    answered,
  ),
  reply: json(valueList),
  example: {
    request: { params: { alias: 'blocked-countries' }, body: { valueListItems: ['KP', 'IR', 'SY'] } },
    reply: { ...exampleList, valueListItems: ['KP', 'IR', 'SY'] },
  },
  refusals: ['not_found'],
  audit: 'value_list.updated',
});

export const deleteValueList = managementRoute({
  id: 'deleteValueList',
  method: 'DELETE',
  path: '/value-lists/:alias',
  title: 'Delete a value list',
  description: 'Removes a list. Rules may still name it: for them nothing is in the list.',
  group: 'value-lists',
  params: listParams,
  body: nothing,
  reply: json(success),
  example: { request: { params: { alias: 'blocked-countries' } }, reply: { success: true } },
  refusals: ['not_found'],
  audit: 'value_list.deleted',
});
