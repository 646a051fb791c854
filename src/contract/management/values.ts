/** Values that several resources of the management API share. */
import { parseUrl } from '../parse-url.ts';
import { z } from 'zod';
import * as v from '../values.ts';

export const success = z.object({ success: z.literal(true).describe('Always true. A failure is an error response.') });

/** A name that people read: 1 to 256 characters without control characters. */
export const displayName = z
  .string()
  .regex(/^[^\p{Cc}]{1,256}$/u, 'must have 1 to 256 characters and no control characters.');

const aboutDemands = {
  verificationMethods: `Methods that a user may use to pass the challenge, 1 to ${v.verificationMethods.length}. Each must be enabled for the tenant. Absent on an action: every enabled method. Absent on a rule: those of the action.`,
  promptToEnrollVerificationMethods:
    'Methods to offer for enrolment after a successful challenge; only `PASSKEY` can be offered. Absent on an action: no extra offer beyond the passkey settings. Absent on a rule: what the action says.',
  defaultVerificationMethod:
    'Method that the pages show first, whatever the user prefers. It must be enabled and, where `verificationMethods` is set, one of them. Absent on an action: the user’s own default. Absent on a rule: what the action says.',
  minimumAssurance:
    'Lowest assurance that a proof must have to pass the challenge. Absent on an action: any assurance is enough. Absent on a rule: what the action says.',
};

/** What an action or a rule may demand of a challenge; null clears a demand. */
export const demands = {
  verificationMethods: z
    .array(v.verificationMethod)
    .min(1)
    .max(v.verificationMethods.length)
    .nullish()
    .describe(aboutDemands.verificationMethods),
  promptToEnrollVerificationMethods: z
    .array(z.literal('PASSKEY'))
    .min(1)
    .max(1)
    .nullish()
    .describe(aboutDemands.promptToEnrollVerificationMethods),
  defaultVerificationMethod: v.verificationMethod.nullish().describe(aboutDemands.defaultVerificationMethod),
  minimumAssurance: v.assurance.nullish().describe(aboutDemands.minimumAssurance),
};

export const answeredDemands = {
  verificationMethods: z.array(v.verificationMethod).optional().describe(aboutDemands.verificationMethods),
  promptToEnrollVerificationMethods: z
    .array(z.literal('PASSKEY'))
    .optional()
    .describe(aboutDemands.promptToEnrollVerificationMethods),
  defaultVerificationMethod: v.verificationMethod.optional().describe(aboutDemands.defaultVerificationMethod),
  minimumAssurance: v.assurance.optional().describe(aboutDemands.minimumAssurance),
};

/** Every resource of this API names its tenant. */
export const tenantId = z.string().describe('Id of the tenant that the management key belongs to.');

/** Languages of the pre-built pages. */
export const uiLocales = ['en', 'fr', 'fr-ca', 'de', 'es', 'it', 'nl', 'pl', 'pt-br'] as const;

function url(isAcceptable: (url: URL) => boolean, message: string) {
  return z
    .string()
    .max(2048)
    .refine((given) => {
      const parsed = parseUrl(given);
      return parsed !== undefined && parsed.username === '' && parsed.password === '' && isAcceptable(parsed);
    }, message);
}

/** Kept as written. Plain HTTP only to targets that the operator lists, which is checked when it is stored and when it is called. */
export const webhookUrl = url(
  ({ protocol }) => protocol === 'https:' || protocol === 'http:',
  'must be an https URL without user name.',
);

/** URL of an image or font that the user's browser loads. Plain HTTP on localhost is for developing pages. */
export const assetUrl = url(
  ({ protocol, hostname }) => protocol === 'https:' || (protocol === 'http:' && hostname === 'localhost'),
  'must be an https URL without user name.',
);
