/** Builds the program, the pages and the portal, as far as anything changed since the last time. */
export function buildStale(): Promise<void>;
