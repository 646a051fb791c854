/** What the routes of SMS and of WhatsApp have in common. */
import { z } from 'zod';
import { enrolReply, sentMember } from '../contract/client/values.ts';
import * as v from '../contract/values.ts';

/** The request that enrols a number. All but the number are members of our own: official SDKs never send them. */
export const givenNumber = {
  phoneNumber: v
    .text(64)
    .describe(
      'Number to enrol in E.164 form, such as `+6427123456`. With `countryCode` as people write it. 1 to 64 characters.',
    ),
  countryCode: v
    .optional(z.union([z.string().regex(/^[A-Z]{2}$/, 'countryCode must be a code such as NZ.'), z.literal('')]))
    .describe(
      'ISO 3166-1 alpha-2 code of the country in whose national form `phoneNumber` may be written, or empty for none. Spaces, brackets, `+` and `00` are then understood. Absent: `phoneNumber` has to be in E.164 form.',
    ),
  consent: v
    .optional(
      z.object({
        version: v.text(64).describe('Version of the text, as the session of the pages has it; 1 to 64 characters.'),
        locale: v.text(64).describe('Language in which the user read it, such as `de`; 1 to 64 characters.'),
      }),
    )
    .describe(
      'What the user has agreed to about messages to the number, as the tenant’s `consent` setting has it. It is stored with the number. Absent: nothing is stored.',
    ),
};

export const numberReply = enrolReply.extend({
  ...sentMember,
  phoneNumber: z
    .string()
    .optional()
    .describe('The number as it was understood, in international form. Absent unless `countryCode` was sent.'),
});
