/** How long an operator's session lives: 12 hours, and 15 minutes without a call (N18). */
export const operatorSessionMs = 12 * 60 * 60 * 1000;
export const operatorIdleMs = 15 * 60 * 1000;
/** How long a proof permits what is dangerous. */
export const stepUpMs = 5 * 60 * 1000;
/** Within which time a proof makes a session, or counts as a step-up. */
export const proofMs = 5 * 60 * 1000;
/** How long ago, when they come back, somebody may have signed in at the issuer for it to count as a step-up. */
export const issuerProofMs = 60_000;
