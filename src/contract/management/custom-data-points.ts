import { z } from 'zod';
import { json } from '../route.ts';
import * as v from '../values.ts';
import { closed } from './closed.ts';
import { managementRoute, nothing } from './management-route.ts';
import { success } from './values.ts';

const about = {
  id: 'Id of the data point, a UUID that Sallyport chose.',
  description: 'Note for your team, at most 4,096 characters. Absent: none.',
  isPublic: 'Whether the user’s own device may see the value when it confirms an action. Absent on creation: false.',
  linked:
    'Whether the value belongs to the idempotency key: tracking again under the same key with another value is a `conflict`. Absent on creation: false.',
};

const pointParams = z.object({ id: v.opaqueId.describe(about.id) });

const name = z
  .string()
  .regex(
    /^[^\p{Cc}.]{1,64}$/u,
    'name must have 1 to 64 characters without "." (it splits the paths of conditions) and without control characters.',
  )
  .describe(
    'Member of `custom` that carries the value: 1 to 64 characters without control characters and without `.`. Conditions read it as `custom.<name>`. It never changes.',
  );
const dataType = z
  .enum(['text', 'number', 'boolean', 'multiselect'])
  .describe(
    'Type of the value; `multiselect` is a list of texts. A value of another type counts as unknown in rules. It never changes.',
  );
const modelType = z
  .enum(['action', 'user'])
  .describe('Whether the value comes with each tracked action or is stored on the user. It never changes.');

const customDataPoint = z
  .object({
    id: z.string().describe(about.id),
    name: z
      .string()
      .describe('Member of `custom` that carries the value. Conditions read it as `custom.<name>`. It never changes.'),
    dataType,
    modelType,
    description: z.string().optional().describe(about.description),
    isPublic: z.boolean().describe(about.isPublic),
    linked: z.boolean().describe(about.linked),
  })
  .meta({ id: 'CustomDataPoint' });

const members = {
  description: v.text(4096).nullish().describe(about.description),
  isPublic: z.boolean().nullish().describe(about.isPublic),
  // A repeated idempotency key with another value of a linked point is a conflict (ruling 11).
  linked: z.boolean().nullish().describe(about.linked),
};

const answered = ['tenantId', 'id'];

const exampleParams = { id: '45930709-396e-440c-893e-8f67794dc345' };
const exampleDataPoint = {
  ...exampleParams,
  name: 'amount',
  dataType: 'number',
  modelType: 'action',
  description: 'Amount of the withdrawal in NZD',
  isPublic: true,
  linked: true,
};

export const listCustomDataPoints = managementRoute({
  id: 'listCustomDataPoints',
  method: 'GET',
  path: '/custom-data-points',
  title: 'List custom data points',
  description: 'Returns all declared data points of actions and users, ordered by name.',
  group: 'custom-data-points',
  params: z.object({}),
  body: nothing,
  reply: json(z.array(customDataPoint)),
  example: { reply: [exampleDataPoint] },
  refusals: [],
  audit: null,
});

export const createCustomDataPoint = managementRoute({
  id: 'createCustomDataPoint',
  method: 'POST',
  path: '/custom-data-points',
  title: 'Declare a custom data point',
  description:
    'Declares a member of `custom`, of actions or of users. Values need no declaration to be stored or read by rules; declaring adds a type check, visibility and linkage to the idempotency key. A name that is declared for the same model is `resource_already_exists`.',
  group: 'custom-data-points',
  params: z.object({}),
  body: closed({ name, dataType, modelType, ...members }, answered),
  reply: json(customDataPoint),
  example: {
    request: {
      body: {
        name: 'amount',
        dataType: 'number',
        modelType: 'action',
        description: 'Amount of the withdrawal in NZD',
        isPublic: true,
        linked: true,
      },
    },
    reply: exampleDataPoint,
  },
  refusals: ['resource_already_exists'],
  audit: 'custom_data_point.created',
});

export const getCustomDataPoint = managementRoute({
  id: 'getCustomDataPoint',
  method: 'GET',
  path: '/custom-data-points/:id',
  title: 'Get a custom data point',
  description: 'Reads one of the declared data points by its id.',
  group: 'custom-data-points',
  params: pointParams,
  body: nothing,
  reply: json(customDataPoint),
  example: { request: { params: exampleParams }, reply: exampleDataPoint },
  refusals: ['not_found'],
  audit: null,
});

export const updateCustomDataPoint = managementRoute({
  id: 'updateCustomDataPoint',
  method: 'PATCH',
  path: '/custom-data-points/:id',
  title: 'Change a custom data point',
  description:
    'Changes the description, the visibility or the linkage; null resets each. Name and types cannot change, because rules depend on them: delete the data point and declare another.',
  group: 'custom-data-points',
  params: pointParams,
  body: closed(
    { name: name.optional(), dataType: dataType.optional(), modelType: modelType.optional(), ...members },
    answered,
  ),
  reply: json(customDataPoint),
  example: {
    request: { params: exampleParams, body: { isPublic: false } },
    reply: { ...exampleDataPoint, isPublic: false },
  },
  refusals: ['not_found'],
  audit: 'custom_data_point.updated',
});

export const deleteCustomDataPoint = managementRoute({
  id: 'deleteCustomDataPoint',
  method: 'DELETE',
  path: '/custom-data-points/:id',
  title: 'Remove a custom data point',
  description: 'Removes the declaration. Stored values stay, and conditions can still read them.',
  group: 'custom-data-points',
  params: pointParams,
  body: nothing,
  reply: json(success),
  example: { request: { params: exampleParams }, reply: { success: true } },
  refusals: ['not_found'],
  audit: 'custom_data_point.deleted',
});
