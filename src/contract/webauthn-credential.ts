import { z } from 'zod';
import * as v from './values.ts';

const named = z.object({ name: z.string().optional(), version: z.string().optional() });

/** What is told of a key: the same to its user and to the backend (client-api 3.1, server-api 3.5). */
export const webauthnCredential = z
  .object({
    credentialId: z.string(),
    deviceId: z.string(),
    name: z.string(),
    aaguid: z.string().optional(),
    aaguidMapping: z.object({ name: z.string() }).optional(),
    credentialBackedUp: z.boolean().optional(),
    credentialDeviceType: z.enum(['singleDevice', 'multiDevice']).optional(),
    authenticatorAttachment: z.enum(['platform', 'cross-platform']).optional(),
    parsedUserAgent: z
      .object({
        ua: z.string(),
        browser: named.extend({ major: z.string().optional() }).optional(),
        device: z
          .object({ model: z.string().optional(), type: z.string().optional(), vendor: z.string().optional() })
          .optional(),
        engine: named.optional(),
        os: named.optional(),
        cpu: z.object({ architecture: z.string().optional() }).optional(),
      })
      .optional(),
    verifiedAt: v.timestamp.optional(),
  })
  .meta({ id: 'WebauthnCredential' });
