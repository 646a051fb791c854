import { z } from 'zod';
import * as v from './values.ts';

const named = z.object({
  name: z.string().optional().describe('Name. Absent: not recognised.'),
  version: z.string().optional().describe('Version. Absent: not recognised.'),
});

/** The members of a key in responses: the same for its user and for the backend (client-api 3.1, server-api 3.5). */
export const webauthnCredential = z
  .object({
    credentialId: z.string().describe('Id of the credential, base64url.'),
    deviceId: z.string().describe('Id that the app gave for the device the key was created on; empty if it gave none.'),
    name: z
      .string()
      .describe('Name of the key: the one given at enrolment, else the name of its provider, browser or method.'),
    aaguid: z.string().optional().describe('Model of the authenticator, a UUID. Absent where it does not say.'),
    aaguidMapping: z
      .object({ name: z.string().describe('Name of the provider, such as `Google Password Manager`.') })
      .optional()
      .describe('What is known about the model. Absent: nothing.'),
    credentialBackedUp: z
      .boolean()
      .optional()
      .describe('Whether the key was backed up when it was last used. Absent: not known.'),
    credentialDeviceType: z
      .enum(['singleDevice', 'multiDevice'])
      .optional()
      .describe(
        '`multiDevice` for a key that can be copied to other devices, `singleDevice` for one that cannot. Absent: not known.',
      ),
    authenticatorAttachment: z
      .enum(['platform', 'cross-platform'])
      .optional()
      .describe('Whether the key is part of the device that created it or separate. Absent: not known.'),
    parsedUserAgent: z
      .object({
        ua: z.string().describe('The `User-Agent` header as it was sent.'),
        browser: named
          .extend({ major: z.string().optional().describe('Major version. Absent: not recognised.') })
          .optional()
          .describe('The browser. Absent: not recognised.'),
        device: z
          .object({
            model: z.string().optional().describe('Model. Absent: not recognised.'),
            type: z.string().optional().describe('Kind, such as `mobile`. Absent: not recognised, as for desktops.'),
            vendor: z.string().optional().describe('Maker. Absent: not recognised.'),
          })
          .optional()
          .describe('The device. Absent: not recognised.'),
        engine: named.optional().describe('The browser’s engine. Absent: not recognised.'),
        os: named.optional().describe('The operating system. Absent: not recognised.'),
        cpu: z
          .object({ architecture: z.string().optional().describe('Architecture. Absent: not recognised.') })
          .optional()
          .describe('The processor. Absent: not recognised.'),
      })
      .optional()
      .describe('Browser and device that created the key. Absent: not known.'),
    verifiedAt: v.timestamp.optional().describe('When the key was enrolled.'),
  })
  .meta({ id: 'WebauthnCredential' });
