/** What operators read for the names of the wire. A name that is not here is shown as words of its own. */
import { locale } from '#portal-texts/locale.ts';
import { wordsTexts } from '#portal-texts/kit.ts';
import { manifests } from '../../methods/manifests.ts';
import type { ActionState, Role } from '../api/types.ts';

export type Tone = 'good' | 'bad' | 'wait' | 'review' | 'calm';

export const states: Readonly<
  Record<ActionState, { readonly words: string; readonly tone: Tone; readonly isFilled: boolean }>
> = {
  ALLOW: { words: wordsTexts.states.ALLOW, tone: 'good', isFilled: false },
  BLOCK: { words: wordsTexts.states.BLOCK, tone: 'bad', isFilled: true },
  CHALLENGE_REQUIRED: { words: wordsTexts.states.CHALLENGE_REQUIRED, tone: 'wait', isFilled: false },
  CHALLENGE_SUCCEEDED: { words: wordsTexts.states.CHALLENGE_SUCCEEDED, tone: 'good', isFilled: true },
  CHALLENGE_FAILED: { words: wordsTexts.states.CHALLENGE_FAILED, tone: 'bad', isFilled: false },
  REVIEW_REQUIRED: { words: wordsTexts.states.REVIEW_REQUIRED, tone: 'review', isFilled: false },
  REVIEW_SUCCEEDED: { words: wordsTexts.states.REVIEW_SUCCEEDED, tone: 'good', isFilled: true },
  REVIEW_FAILED: { words: wordsTexts.states.REVIEW_FAILED, tone: 'bad', isFilled: true },
};
export const stateNames = Object.keys(states) as readonly ActionState[];

const outcomes: Readonly<Record<string, { readonly words: string; readonly tone: Tone }>> = {
  ALLOW: { words: wordsTexts.outcomes.ALLOW, tone: 'good' },
  CHALLENGE: { words: wordsTexts.outcomes.CHALLENGE, tone: 'wait' },
  REVIEW: { words: wordsTexts.outcomes.REVIEW, tone: 'review' },
  BLOCK: { words: wordsTexts.outcomes.BLOCK, tone: 'bad' },
};
export const outcomeOf = (name: string) => outcomes[name] ?? { words: spaced(name), tone: 'calm' as const };

export const methods: Readonly<Record<string, string>> = Object.fromEntries(
  manifests.flatMap(({ verificationMethod, words, isOffered, isEnrolledByApps }) =>
    isOffered === true || isEnrolledByApps === true ? [[verificationMethod, words]] : [],
  ),
);
export const methodWords = (method: string) => methods[method] ?? spaced(method);

export const roles: Readonly<Record<Role, { readonly words: string; readonly may: string }>> = wordsTexts.roles;
export const roleNames = Object.keys(roles) as readonly Role[];
export const roleWords = (role: string) => roles[role as Role]?.words ?? spaced(role);

export const environments = ['PRODUCTION', 'STAGING', 'TEST', 'DEVELOPMENT'] as const;
/** What a tenant is for. */
export const environmentWords = (environment: string) => spaced(environment);

const actors: Readonly<Record<string, string>> = wordsTexts.actors;
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
export const countWords = (count: number) => (count > 10_000 ? `${numberWords(10_000)}+` : numberWords(count));

export const numberWords = (number: number) => number.toLocaleString(locale);
