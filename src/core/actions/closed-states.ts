/** States in which a proof has no effect: nothing is started, proven or enrolled for such an action (ruling 42). */
export const closedStates: readonly string[] = ['BLOCK', 'CHALLENGE_FAILED', 'REVIEW_FAILED'];
