/** What operators read for the names of the wire. A name that is not here is shown as words of its own. */
import { manifests } from '../../methods/manifests.ts';
import type { ActionState, Role } from '../api/types.ts';

export type Tone = 'good' | 'bad' | 'wait' | 'review' | 'calm';

export const states: Readonly<
  Record<ActionState, { readonly words: string; readonly tone: Tone; readonly isFilled: boolean }>
> = {
  ALLOW: { words: 'Allowed', tone: 'good', isFilled: false },
  BLOCK: { words: 'Blocked', tone: 'bad', isFilled: true },
  CHALLENGE_REQUIRED: { words: 'Challenge open', tone: 'wait', isFilled: false },
  CHALLENGE_SUCCEEDED: { words: 'Challenge passed', tone: 'good', isFilled: true },
  CHALLENGE_FAILED: { words: 'Challenge failed', tone: 'bad', isFilled: false },
  REVIEW_REQUIRED: { words: 'Waiting for review', tone: 'review', isFilled: false },
  REVIEW_SUCCEEDED: { words: 'Approved', tone: 'good', isFilled: true },
  REVIEW_FAILED: { words: 'Rejected', tone: 'bad', isFilled: true },
};
export const stateNames = Object.keys(states) as readonly ActionState[];

const outcomes: Readonly<Record<string, { readonly words: string; readonly tone: Tone }>> = {
  ALLOW: { words: 'Allow', tone: 'good' },
  CHALLENGE: { words: 'Challenge', tone: 'wait' },
  REVIEW: { words: 'Review', tone: 'review' },
  BLOCK: { words: 'Block', tone: 'bad' },
};
export const outcomeOf = (name: string) => outcomes[name] ?? { words: spaced(name), tone: 'calm' as const };

export const methods: Readonly<Record<string, string>> = Object.fromEntries(
  manifests.flatMap(({ verificationMethod, words, isOffered, isEnrolledByApps }) =>
    isOffered === true || isEnrolledByApps === true ? [[verificationMethod, words]] : [],
  ),
);
export const methodWords = (method: string) => methods[method] ?? spaced(method);

export const roles: Readonly<Record<Role, { readonly words: string; readonly may: string }>> = {
  ADMIN: { words: 'Admin', may: 'May do everything' },
  EDITOR: { words: 'Editor', may: 'Changes the configuration' },
  ANALYST: { words: 'Analyst', may: 'Decides reviews, helps users, exports' },
  SUPPORT: { words: 'Support', may: 'Helps users; contacts masked until revealed' },
  AUDITOR: { words: 'Auditor', may: 'Reads everything, also the audit log' },
  VIEWER: { words: 'Viewer', may: 'Reads, with contacts masked' },
};
export const roleNames = Object.keys(roles) as readonly Role[];
export const roleWords = (role: string) => roles[role as Role]?.words ?? spaced(role);

export const environments = ['PRODUCTION', 'STAGING', 'TEST', 'DEVELOPMENT'] as const;
/** What a tenant is for. */
export const environmentWords = (environment: string) => spaced(environment);

const actors: Readonly<Record<string, string>> = {
  server: 'Your backend',
  client: 'The user',
  management: 'A management key',
  cli: 'The command line',
  system: 'Sallyport',
  operator: 'An operator',
  API: 'Your backend',
};
/** Who did something: operators by their email address. */
export const actorWords = (actor: string) => actors[actor] ?? actor;

/** `challenge.code_sent` as "Challenge code sent". */
export function spaced(name: string): string {
  const words = name
    .replace(/[._-]+/g, ' ')
    .trim()
    .toLowerCase();
  return words === '' ? name : words.charAt(0).toUpperCase() + words.slice(1);
}

/** "10,000+" for a count that the server ends at 10,001. */
export const countWords = (count: number) => (count > 10_000 ? '10,000+' : count.toLocaleString('en'));

export const plural = (count: number, one: string, many = `${one}s`) =>
  `${countWords(count)} ${count === 1 ? one : many}`;
