import { z } from 'zod';
import { json } from '../route.ts';
import * as v from '../values.ts';
import { closed, clearable } from './closed.ts';
import { managementRoute, nothing } from './management-route.ts';
import { displayName, success } from './values.ts';

const about = {
  clientId:
    'Id of the app client: 1 to 64 letters, digits, `.`, `_`, `:` and `-`, beginning with a letter or a digit. Access tokens carry it as `client_id`. It never changes.',
  name: 'Name of the application, 1 to 256 characters without control characters.',
  accessTokenLifetimeInMinutes:
    'How long an access token is valid, in minutes: 1 to 10. A revoked token still verifies offline for as long. Default: 10.',
  refreshTokenLifetimeInDays:
    'How long a session lasts from its sign-in, in days: 1 to 30. Refreshing does not extend it. Default: 30.',
  customClaims:
    'Claims to add to access tokens, at most 16, each with the path of the user attribute that is copied into it. Default: none.',
};

const clientParams = z.object({ clientId: v.opaqueId.describe('Id of the app client.') });

const clientId = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/,
    'clientId must have 1 to 64 characters out of a-z, A-Z, 0-9, ".", "_", ":" and "-", the first a letter or a digit.',
  )
  .describe(about.clientId);

// Claims that tokens set themselves, claims that authorizers trust, and a name that JavaScript objects treat as special.
const reservedClaims = new Set([
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'sid', 'auth_time', 'client_id', 'azp', 'act', 'may_act', 'cnf'],
  ...['acr', 'amr', 'scope', 'nonce', 'generation', 'assurance', 'verificationMethod', 'email', '__proto__'],
]);
const claimName = /^[A-Za-z0-9_.:/-]{1,128}$/;
const attributePath =
  /^(email|emailVerified|phoneNumber|phoneNumberVerified|username|displayName|locale|custom(\.[^\p{Cc}.]{1,64}){1,8})$/u;
const claimsMax = 16;

const customClaims = z
  .custom<Readonly<Record<string, string>>>()
  .superRefine((given: unknown, context) => {
    const problem = claimsProblem(given);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  })
  .meta({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: about.customClaims,
    examples: [{ tier: 'custom.tier' }],
  });

function claimsProblem(given: unknown): string | undefined {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return 'customClaims must be an object.';
  const claims = Object.entries(given);
  if (claims.length > claimsMax) return `customClaims must have at most ${claimsMax} claims.`;
  for (const [name, path] of claims) {
    if (!claimName.test(name))
      return 'A claim has 1 to 128 characters out of a-z, A-Z, 0-9, "_", ".", ":", "/" and "-".';
    if (reservedClaims.has(name)) return `customClaims must not set ${name}.`;
    if (typeof path !== 'string' || !attributePath.test(path)) {
      return `customClaims.${name} must be the path of a user attribute, such as username or custom.tier.`;
    }
  }
  return undefined;
}

const members = {
  name: displayName.describe(about.name),
  accessTokenLifetimeInMinutes: z
    .int('accessTokenLifetimeInMinutes must be a whole number.')
    .min(1, 'accessTokenLifetimeInMinutes must be at least 1.')
    .max(10, 'accessTokenLifetimeInMinutes must be at most 10.')
    .describe(about.accessTokenLifetimeInMinutes),
  refreshTokenLifetimeInDays: z
    .int('refreshTokenLifetimeInDays must be a whole number.')
    .min(1, 'refreshTokenLifetimeInDays must be at least 1.')
    .max(30, 'refreshTokenLifetimeInDays must be at most 30.')
    .describe(about.refreshTokenLifetimeInDays),
  customClaims,
};

const appClient = z
  .object({
    clientId: z.string().describe(about.clientId),
    name: z.string().describe(about.name),
    accessTokenLifetimeInMinutes: z.int().describe(about.accessTokenLifetimeInMinutes),
    refreshTokenLifetimeInDays: z.int().describe(about.refreshTokenLifetimeInDays),
    customClaims: z.record(z.string(), z.string()).describe(about.customClaims),
  })
  .meta({ id: 'AppClient' });

const exampleClient = {
  clientId: 'mobile-app',
  name: 'Mobile app',
  accessTokenLifetimeInMinutes: 5,
  refreshTokenLifetimeInDays: 30,
  customClaims: { tier: 'custom.tier' },
};

export const listAppClients = managementRoute({
  id: 'listAppClients',
  method: 'GET',
  path: '/app-clients',
  title: 'List app clients',
  description: 'Returns all app clients of the tenant, ordered by name.',
  group: 'app-clients',
  params: z.object({}),
  body: nothing,
  reply: json(z.array(appClient)),
  example: { reply: [exampleClient] },
  refusals: [],
  audit: null,
});

export const createAppClient = managementRoute({
  id: 'createAppClient',
  method: 'POST',
  path: '/app-clients',
  title: 'Create an app client',
  description:
    'Registers an application that has sessions. Without `clientId`, the client gets a UUID. An id that exists is `resource_already_exists`.',
  group: 'app-clients',
  params: z.object({}),
  body: closed({ ...clearable({ clientId, ...members }), name: members.name }, ['tenantId']),
  reply: json(appClient),
  example: {
    request: {
      body: {
        clientId: 'mobile-app',
        name: 'Mobile app',
        accessTokenLifetimeInMinutes: 5,
        customClaims: { tier: 'custom.tier' },
      },
    },
    reply: exampleClient,
  },
  refusals: ['resource_already_exists'],
  audit: 'app_client.created',
});

export const getAppClient = managementRoute({
  id: 'getAppClient',
  method: 'GET',
  path: '/app-clients/:clientId',
  title: 'Get an app client',
  description: 'Reads one app client of the tenant.',
  group: 'app-clients',
  params: clientParams,
  body: nothing,
  reply: json(appClient),
  example: { request: { params: { clientId: 'mobile-app' } }, reply: exampleClient },
  refusals: ['not_found'],
  audit: null,
});

export const updateAppClient = managementRoute({
  id: 'updateAppClient',
  method: 'PATCH',
  path: '/app-clients/:clientId',
  title: 'Change an app client',
  description:
    'Changes the members that you send and keeps all others; null returns a member to its default. New access tokens follow the change. Sessions that exist keep the expiry that they began with. Custom claims are replaced whole.',
  group: 'app-clients',
  params: clientParams,
  body: closed({ ...clearable(members), name: members.name.optional() }, ['tenantId', 'clientId']),
  reply: json(appClient),
  example: {
    request: { params: { clientId: 'mobile-app' }, body: { accessTokenLifetimeInMinutes: 10 } },
    reply: { ...exampleClient, accessTokenLifetimeInMinutes: 10 },
  },
  refusals: ['not_found'],
  audit: 'app_client.updated',
});

export const deleteAppClient = managementRoute({
  id: 'deleteAppClient',
  method: 'DELETE',
  path: '/app-clients/:clientId',
  title: 'Delete an app client',
  description:
    'Removes an app client and ends all its sessions. Access tokens that exist still verify offline until they expire, at most 10 minutes later.',
  group: 'app-clients',
  params: clientParams,
  body: nothing,
  reply: json(success),
  example: { request: { params: { clientId: 'mobile-app' } }, reply: { success: true } },
  refusals: ['not_found'],
  audit: 'app_client.deleted',
});
