/** Values that several resources of the management API share. */
import { parseUrl } from '../parse-url.ts';
import { z } from 'zod';
import * as v from '../values.ts';

export const success = z.object({ success: z.literal(true) });

/** Shown to people: 1 to 256 characters, none of them a control character. */
export const displayName = z
  .string()
  .regex(/^[^\p{Cc}]{1,256}$/u, 'must have 1 to 256 characters and no control characters.');

/** What an action or a rule may demand of a challenge; null says nothing. */
export const demands = {
  verificationMethods: z.array(v.verificationMethod).min(1).max(v.verificationMethods.length).nullish(),
  promptToEnrollVerificationMethods: z.array(z.literal('PASSKEY')).min(1).max(1).nullish(),
  defaultVerificationMethod: v.verificationMethod.nullish(),
  minimumAssurance: v.assurance.nullish(),
};

export const answeredDemands = {
  verificationMethods: z.array(v.verificationMethod).optional(),
  promptToEnrollVerificationMethods: z.array(z.literal('PASSKEY')).optional(),
  defaultVerificationMethod: v.verificationMethod.optional(),
  minimumAssurance: v.assurance.optional(),
};

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

/** Kept as written. */
export const httpsUrl = url(({ protocol }) => protocol === 'https:', 'must be an https URL without user name.');

/** Kept as written. Without TLS only to what the operator lists, which is checked where it is stored and when it is used. */
export const webhookUrl = url(
  ({ protocol }) => protocol === 'https:' || protocol === 'http:',
  'must be an https URL without user name.',
);

/** Of an image or a font that a person's browser loads; their own machine serves it while pages are developed. */
export const assetUrl = url(
  ({ protocol, hostname }) => protocol === 'https:' || (protocol === 'http:' && hostname === 'localhost'),
  'must be an https URL without user name.',
);
