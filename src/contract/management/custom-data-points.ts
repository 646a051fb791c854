import { z } from 'zod';
import * as v from '../values.ts';
import { closed } from './closed.ts';
import { managementRoute, nothing } from './management-route.ts';
import { success } from './values.ts';

const pointParams = z.object({ id: v.opaqueId });

const name = z
  .string()
  .regex(
    /^[^\p{Cc}.]{1,64}$/u,
    'name must have 1 to 64 characters without "." (it splits the paths of conditions) and without control characters.',
  );
const dataType = z.enum(['text', 'number', 'boolean', 'multiselect']);
const modelType = z.enum(['action', 'user']);

const customDataPoint = z
  .object({
    id: z.string(),
    name: z.string(),
    dataType,
    modelType,
    description: z.string().optional(),
    isPublic: z.boolean(),
    linked: z.boolean(),
  })
  .meta({ id: 'CustomDataPoint' });

const members = {
  description: v.text(4096).nullish(),
  isPublic: z.boolean().nullish(),
  /** A repeated idempotency key with another value of a linked point is a conflict (ruling 11). */
  linked: z.boolean().nullish(),
};

const answered = ['tenantId', 'id'];

export const listCustomDataPoints = managementRoute({
  id: 'listCustomDataPoints',
  method: 'GET',
  path: '/custom-data-points',
  summary: 'Lists the custom data points by name.',
  params: z.object({}),
  body: nothing,
  reply: z.array(customDataPoint),
  refusals: [],
  audit: null,
});

export const createCustomDataPoint = managementRoute({
  id: 'createCustomDataPoint',
  method: 'POST',
  path: '/custom-data-points',
  summary: 'Declares a custom data point: `custom.<name>` of an action or of a user.',
  params: z.object({}),
  body: closed({ name, dataType, modelType, ...members }, answered),
  reply: customDataPoint,
  refusals: ['resource_already_exists'],
  audit: 'custom_data_point.created',
});

export const getCustomDataPoint = managementRoute({
  id: 'getCustomDataPoint',
  method: 'GET',
  path: '/custom-data-points/:id',
  summary: 'Reads a custom data point.',
  params: pointParams,
  body: nothing,
  reply: customDataPoint,
  refusals: ['not_found'],
  audit: null,
});

export const updateCustomDataPoint = managementRoute({
  id: 'updateCustomDataPoint',
  method: 'PATCH',
  path: '/custom-data-points/:id',
  summary: 'Changes description, visibility or linkage. Name and types cannot change, because rules depend on them.',
  params: pointParams,
  body: closed(
    { name: name.optional(), dataType: dataType.optional(), modelType: modelType.optional(), ...members },
    answered,
  ),
  reply: customDataPoint,
  refusals: ['not_found'],
  audit: 'custom_data_point.updated',
});

export const deleteCustomDataPoint = managementRoute({
  id: 'deleteCustomDataPoint',
  method: 'DELETE',
  path: '/custom-data-points/:id',
  summary: 'Removes the declaration. Values that are stored stay, and conditions still read them.',
  params: pointParams,
  body: nothing,
  reply: success,
  refusals: ['not_found'],
  audit: 'custom_data_point.deleted',
});
