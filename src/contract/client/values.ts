/** Shapes that several routes of the client API share. */
import { z } from 'zod';
import { authenticatorMembers } from '../authenticator-members.ts';

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

export const challengeReply = z.object({ challengeId: z.string() });

/** What a call that proves something can refuse, beside what all can. */
export const proofRefusals = ['invalid_configuration', 'forbidden'] as const;
/** What a call that changes the user's authenticators can refuse, beside what all can. */
export const enrolmentRefusals = [...proofRefusals, 'insufficient_scope'] as const;
