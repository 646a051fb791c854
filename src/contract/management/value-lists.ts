import { z } from 'zod';
import * as v from '../values.ts';
import { closed } from './closed.ts';
import { managementRoute, nothing } from './management-route.ts';
import { displayName, success } from './values.ts';

const listParams = z.object({ alias: v.opaqueId });

const itemType = z.enum(['string', 'number']);
// Ruling 30.
const items = z
  .array(z.union([v.text(1000), z.number()], 'valueListItems must be strings of at most 1,000 characters, or numbers.'))
  .max(10_000, 'valueListItems must have at most 10,000 items.');

const valueList = z
  .object({
    name: z.string(),
    alias: z.string(),
    itemType,
    isActive: z.boolean(),
    valueListItems: z.array(z.union([z.string(), z.number()])).optional(),
  })
  .meta({ id: 'ValueList' });

const answered = ['tenantId', 'alias'];

export const listValueLists = managementRoute({
  id: 'listValueLists',
  method: 'GET',
  path: '/value-lists',
  summary: 'Lists the value lists by name.',
  params: z.object({}),
  body: nothing,
  reply: z.array(valueList),
  refusals: [],
  audit: null,
});

export const createValueList = managementRoute({
  id: 'createValueList',
  method: 'POST',
  path: '/value-lists',
  summary: 'Creates a value list. Its alias, by which conditions name it as `lists.<alias>`, comes from its name.',
  params: z.object({}),
  body: closed({ name: displayName, itemType, isActive: z.boolean(), valueListItems: items.nullish() }, answered),
  reply: valueList,
  refusals: ['resource_already_exists'],
  audit: 'value_list.created',
});

export const getValueList = managementRoute({
  id: 'getValueList',
  method: 'GET',
  path: '/value-lists/:alias',
  summary: 'Reads a value list.',
  params: listParams,
  body: nothing,
  reply: valueList,
  refusals: ['not_found'],
  audit: null,
});

export const updateValueList = managementRoute({
  id: 'updateValueList',
  method: 'PATCH',
  path: '/value-lists/:alias',
  summary: 'Changes a value list. Items are replaced whole; the alias never changes, even if the name does.',
  params: listParams,
  body: closed(
    {
      name: displayName.optional(),
      itemType: itemType.optional(),
      isActive: z.boolean().optional(),
      valueListItems: items.nullish(),
    },
    answered,
  ),
  reply: valueList,
  refusals: ['not_found'],
  audit: 'value_list.updated',
});

export const deleteValueList = managementRoute({
  id: 'deleteValueList',
  method: 'DELETE',
  path: '/value-lists/:alias',
  summary: 'Deletes a value list. A rule that still names it sees no list.',
  params: listParams,
  body: nothing,
  reply: success,
  refusals: ['not_found'],
  audit: 'value_list.deleted',
});
