import { z } from 'zod';
import * as v from '../values.ts';
import { closed, clearable } from './closed.ts';
import { managementRoute, nothing } from './management-route.ts';
import { displayName, success } from './values.ts';

const clientParams = z.object({ clientId: v.opaqueId });

const clientId = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/,
    'clientId must have 1 to 64 characters out of a-z, A-Z, 0-9, ".", "_", ":" and "-", the first a letter or a digit.',
  );

// What tokens say by themselves, what authorizers read authority from, and a name that JavaScript objects treat as none.
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
    description: 'Claims of the access token, each with the path of the user attribute that is copied into it.',
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
  name: displayName,
  /** A revoked access token verifies offline until it expires. */
  accessTokenLifetimeInMinutes: z
    .int('accessTokenLifetimeInMinutes must be a whole number.')
    .min(1, 'accessTokenLifetimeInMinutes must be at least 1.')
    .max(10, 'accessTokenLifetimeInMinutes must be at most 10.'),
  /** From the sign-in: refreshing extends nothing. */
  refreshTokenLifetimeInDays: z
    .int('refreshTokenLifetimeInDays must be a whole number.')
    .min(1, 'refreshTokenLifetimeInDays must be at least 1.')
    .max(30, 'refreshTokenLifetimeInDays must be at most 30.'),
  customClaims,
};

const appClient = z
  .object({
    clientId: z.string(),
    name: z.string(),
    accessTokenLifetimeInMinutes: z.int(),
    refreshTokenLifetimeInDays: z.int(),
    customClaims: z.record(z.string(), z.string()),
  })
  .meta({ id: 'AppClient' });

export const listAppClients = managementRoute({
  id: 'listAppClients',
  method: 'GET',
  path: '/app-clients',
  summary: 'Lists the app clients by name.',
  params: z.object({}),
  body: nothing,
  reply: z.array(appClient),
  refusals: [],
  audit: null,
});

export const createAppClient = managementRoute({
  id: 'createAppClient',
  method: 'POST',
  path: '/app-clients',
  summary: 'Creates an app client: an application with sessions of its own. Without `clientId` it is given one.',
  params: z.object({}),
  body: closed({ ...clearable({ clientId, ...members }), name: displayName }, ['tenantId']),
  reply: appClient,
  refusals: ['resource_already_exists'],
  audit: 'app_client.created',
});

export const getAppClient = managementRoute({
  id: 'getAppClient',
  method: 'GET',
  path: '/app-clients/:clientId',
  summary: 'Reads an app client.',
  params: clientParams,
  body: nothing,
  reply: appClient,
  refusals: ['not_found'],
  audit: null,
});

export const updateAppClient = managementRoute({
  id: 'updateAppClient',
  method: 'PATCH',
  path: '/app-clients/:clientId',
  summary:
    'Changes an app client. Access tokens are made by it from then on; sessions keep the expiry they began with. Custom claims are replaced whole.',
  params: clientParams,
  body: closed({ ...clearable(members), name: displayName.optional() }, ['tenantId', 'clientId']),
  reply: appClient,
  refusals: ['not_found'],
  audit: 'app_client.updated',
});

export const deleteAppClient = managementRoute({
  id: 'deleteAppClient',
  method: 'DELETE',
  path: '/app-clients/:clientId',
  summary: 'Deletes an app client and ends all its sessions.',
  params: clientParams,
  body: nothing,
  reply: success,
  refusals: ['not_found'],
  audit: 'app_client.deleted',
});
