/** Limits of helping users in (decision 0048). */

const hourMs = 60 * 60 * 1000;
const dayMs = 24 * hourMs;

/** How long the contact must have been the user's before anybody asked for help. */
export const contactAgeMs = 7 * dayMs;
/** How long a second person has to approve. */
export const approvalMs = dayMs;
/** How long the link works. */
export const linkMs = dayMs;
/** How often help may be asked for one user in a day. */
export const helpsADay = 3;
export const helpsWithinMs = dayMs;
/** How long what was asked and approved stays on record beside the audit log. */
export const helpKeptMs = 90 * dayMs;

/** The action that the link begins, under the id of the help. Rules can be written for it. */
export const helpActionCode = 'sallyport-help';
