/** Shapes that several routes of the client API share. */
import { z } from 'zod';
import { authenticatorMembers } from '../authenticator-members.ts';
import * as v from '../values.ts';

/** The body of a call that needs none. Whatever is sent is ignored (ruling 1). */
export const nothing = z.object({});

const failureReason = z.enum(['CODE_INVALID_OR_EXPIRED', 'MAX_ATTEMPTS_EXCEEDED']);

/** An authenticator as its user sees it: contacts are masked. */
export const ownAuthenticator = z.object(authenticatorMembers).meta({ id: 'OwnAuthenticator' });
export type OwnAuthenticator = z.infer<typeof ownAuthenticator>;

/** The description of each token that a proof earns. */
const aboutAccessToken = 'New token for the same action. Use it from now on, and send it to your backend to validate.';
export const accessToken = z.string().describe(aboutAccessToken);
export const userId = z.string().describe('Id of the user.');
export const userAuthenticatorId = z.string().describe('Id of the authenticator, a UUID.');

/** How a user said no to a push. */
export const pushRejection = z.enum(['REFUSED', 'NOT_ME', 'WRONG_NUMBER']);
export const aboutPushRejection =
  'How a push request was rejected: the user refused, said that it was not them, or typed another number.';

/** The description of a code that a user types. */
export const aboutCode =
  'The code, as text of 1 to 64 characters so that it keeps leading zeros. Spaces and dashes do not matter.';

/** The result of a proof. A wrong code is a response, not an error. */
export const verifyReply = z
  .object({
    isVerified: z.boolean().describe('Whether the code was right.'),
    accessToken: accessToken.optional().describe(`${aboutAccessToken} Absent unless the code was right.`),
    failureReason: failureReason
      .optional()
      .describe(
        'Why the code did not count: it is wrong, used or expired, or too many were tried. Absent if it was right.',
      ),
    userAuthenticator: ownAuthenticator
      .optional()
      .describe('The authenticator that the code has enrolled. Absent if it enrolled none.'),
  })
  .meta({ id: 'ClientVerification' });
export type VerifyReply = z.infer<typeof verifyReply>;

/** An authenticator that its user has not proven yet. */
export const enrolReply = z.object({ userAuthenticatorId, userId });

/** For calls that send. A member of our own: official SDKs never send it. */
export const unlessOpen = v
  .optional(z.boolean())
  .describe(
    'True to send nothing if an earlier message for this action, method and address can still be answered for a minute. True or false, the response describes the message in `sent`. Absent: always send.',
  );

/** A sent message that can be answered here, as pages show it. */
export const sentMessage = z
  .object({
    userAuthenticatorId: userAuthenticatorId.describe('Id of the authenticator that the message is for.'),
    target: z.string().describe('Masked address or number that the message went to.'),
    resendInSeconds: z
      .int()
      .describe('Seconds to wait before asking for another message, by the server’s clock; 0 for none.'),
    expiresAt: v.timestamp.describe('When the code or link expires.'),
    codeLength: z.int().optional().describe('Digits of the code. Absent for a link.'),
    mayNotArrive: z
      .literal(true)
      .optional()
      .describe(
        'Whether the provider has told that the last message there did not arrive, or was called spam. Absent: nothing is known against it.',
      ),
  })
  .meta({ id: 'SentMessage' });
export type SentMessage = z.infer<typeof sentMessage>;

/** The members that calls that send return about the message, on request. */
export const sentMember = {
  sent: sentMessage.optional().describe('The message that can be answered now. Absent unless `unlessOpen` was sent.'),
};

export const challengeReply = z.object({
  challengeId: z.string().describe('Id of the challenge, a UUID. It is not a secret.'),
});

/** Refusals of a call that proves something, in addition to those of every call. */
export const proofRefusals = ['invalid_configuration', 'forbidden'] as const;
/** Refusals of a call that changes the user's authenticators, in addition to those of every call. */
export const enrolmentRefusals = [...proofRefusals, 'insufficient_scope'] as const;
