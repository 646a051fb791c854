/** Shapes that several routes of the client API share. */
import { z } from 'zod';
import { authenticatorMembers } from '../authenticator-members.ts';
import * as v from '../values.ts';

/** The body of a call that takes none. What is sent all the same is ignored (ruling 1). */
export const nothing = z.object({});

const failureReason = z.enum(['CODE_INVALID_OR_EXPIRED', 'MAX_ATTEMPTS_EXCEEDED']);

/** An authenticator as its user sees it: contacts are masked. */
export const ownAuthenticator = z.object(authenticatorMembers).meta({ id: 'OwnAuthenticator' });
export type OwnAuthenticator = z.infer<typeof ownAuthenticator>;

/** A proof that was tried. A wrong code is an answer, not an error. */
export const verifyReply = z
  .object({
    isVerified: z.boolean(),
    accessToken: z.string().optional(),
    failureReason: failureReason.optional(),
    userAuthenticator: ownAuthenticator.optional(),
  })
  .meta({ id: 'ClientVerification' });
export type VerifyReply = z.infer<typeof verifyReply>;

/** An authenticator that its user has yet to prove. */
export const enrolReply = z.object({ userAuthenticatorId: z.string(), userId: z.string() });

/**
 * For calls that send: whether to leave it at a message of the same action, method and contact that can still be answered for
 * a minute. Given at all, the answer tells of the message in `sent`. A member of ours: official SDKs never send it.
 */
export const unlessOpen = v.optional(z.boolean());

/** A message that can be answered here, as pages tell of it. */
export const sentMessage = z
  .object({
    userAuthenticatorId: z.string(),
    /** The masked contact that it went to. */
    target: z.string(),
    /** Seconds until another should be asked for, by the server's clock; 0 if now. */
    resendInSeconds: z.int(),
    expiresAt: v.timestamp,
    /** Digits of its code; absent for a link. */
    codeLength: z.int().optional(),
  })
  .meta({ id: 'SentMessage' });
export type SentMessage = z.infer<typeof sentMessage>;

/** What calls that send tell of the message, where it was asked for. */
export const sentMember = { sent: sentMessage.optional() };

export const challengeReply = z.object({ challengeId: z.string() });

/** What a call that proves something can refuse, beside what all can. */
export const proofRefusals = ['invalid_configuration', 'forbidden'] as const;
/** What a call that changes the user's authenticators can refuse, beside what all can. */
export const enrolmentRefusals = [...proofRefusals, 'insufficient_scope'] as const;
