import { z } from 'zod';
import * as v from '../values.ts';
import { clearable, closed } from './closed.ts';
import { managementRoute, nothing } from './management-route.ts';
import { displayName, httpsUrl } from './values.ts';

// A month: longer is a mistake, not a challenge.
const tokenMinutesMax = 43_200;

// A month: whoever lost what they had cannot wait longer.
const holdHoursMax = 720;

const authenticatorEventsWebhookConfig = closed({
  url: httpsUrl,
  includeCredentialPublicKey: z.boolean().optional(),
});
const logEventsWebhookConfig = closed({ endpointUrl: httpsUrl });

const timeZone = z
  .string()
  .max(64)
  .refine((name) => {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
    } catch {
      return false;
    }
  }, 'timeZone must be an IANA time zone such as Pacific/Auckland.');

const switches = {
  disableRecoveryCodes: z.boolean(),
  hideSuccessScreenOnEnrollment: z.boolean(),
  skipRecoveryCodesOnProgrammaticEnrollment: z.boolean(),
  hideRecoveryCodesOnEnrollment: z.boolean(),
  allowDisablingMfa: z.boolean(),
  allowDeletingUserAuthenticators: z.boolean(),
  hideAuthsignalLogo: z.boolean(),
  redirectOnSessionExpiry: z.boolean(),
  // Sallyport's own (rulings 17 and 20).
  inlineReEnrolment: z.boolean(),
  allowPlainPushApproval: z.boolean(),
};

/** Every setting that can be written. One that was never set is left out of answers. */
const settings = {
  ...switches,
  tokenDurationInMinutes: z.int().min(1).max(tokenMinutesMax),
  authenticatorEventsWebhookConfig,
  logEventsWebhookConfig,
  // IPv6 as well: a whitelist of IPv4 ranges alone would bar every caller that arrives over IPv6.
  ipWhitelist: z
    .array(z.union([z.cidrv4(), z.cidrv6()], 'ipWhitelist must be ranges such as 203.0.113.0/24.'))
    .max(1000),
  // Sallyport's own (ruling 31).
  newActionResult: v.outcome,
  unenrolledUserState: z.enum(['CHALLENGE_REQUIRED', 'ALLOW']),
  allowedRedirectUrls: z.array(v.redirectUrl).max(1000),
  // Sallyport's own (ruling 59): those that a track may name, beside `customDomain`.
  customDomains: z.array(v.customDomain).max(100),
  factorChangePolicy: z.enum(['strongest-proof', 'any-proof']),
  // Sallyport's own (ruling 41); 0 switches it off.
  recoveredFactorHoldHours: z.int().min(0).max(holdHoursMax),
  timeZone,
};

const tenant = z
  .object({
    tenantId: z.string(),
    name: z.string(),
    customDomain: z.string().optional(),
    ...z.object(settings).partial().shape,
    authenticatorEventsWebhookConfig: z
      .object({ url: z.string(), includeCredentialPublicKey: z.boolean().optional() })
      .optional(),
    logEventsWebhookConfig: z.object({ endpointUrl: z.string() }).optional(),
  })
  .meta({ id: 'Tenant' });

export const getTenant = managementRoute({
  id: 'getTenant',
  method: 'GET',
  path: '/tenant',
  summary: 'Reads the settings of the tenant that the key belongs to.',
  params: z.object({}),
  body: nothing,
  reply: tenant,
  refusals: [],
  audit: null,
});

export const updateTenant = managementRoute({
  id: 'updateTenant',
  method: 'PATCH',
  path: '/tenant',
  summary: 'Changes settings. A member left out stays; null returns a setting to its default.',
  params: z.object({}),
  body: closed(
    {
      name: displayName.optional(),
      ...clearable(settings),
    },
    ['tenantId', 'customDomain'],
  ),
  reply: tenant,
  refusals: [],
  audit: 'tenant.updated',
});
