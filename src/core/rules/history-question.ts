/** A velocity operator (management-and-rules 4.8) as the question that the caller must answer. */
export type HistoryQuestion =
  | { operator: 'actionCount'; by: Party; actionCode: string; minutes: number; state: string }
  | { operator: 'distinctCount'; what: Party | 'country'; by: Party; minutes: number }
  | { operator: 'customSum'; name: string; by: Party; actionCode: string; minutes: number }
  | { operator: 'minutesSince'; event: HistoryEvent };

type Party = 'user' | 'ip' | 'device';
type HistoryEvent = 'challengeSucceeded' | 'challengeFailed' | 'action' | 'enrolled';

interface Parameter {
  readonly name: string;
  readonly accepts: (value: unknown) => boolean;
  /** Completes "Give ... here". */
  readonly expected: string;
}

const states = ['ALLOW', 'BLOCK', 'CHALLENGE_REQUIRED', 'CHALLENGE_SUCCEEDED', 'CHALLENGE_FAILED'];
const reviewStates = ['REVIEW_REQUIRED', 'REVIEW_SUCCEEDED', 'REVIEW_FAILED'];

const minutesMax = 129_600; // 90 days: history is not kept longer.

const party = oneOf('by', ['user', 'ip', 'device']);
const actionCode: Parameter = {
  name: 'actionCode',
  accepts: (value) => value === '*' || (typeof value === 'string' && /^[a-zA-Z0-9_-]{1,64}$/.test(value)),
  expected: 'an action code or "*"',
};
const minutes: Parameter = {
  name: 'minutes',
  accepts: (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= minutesMax,
  expected: `a whole number of minutes from 1 to ${minutesMax}`,
};
const customName: Parameter = {
  name: 'name',
  accepts: (value) => typeof value === 'string' && value !== '' && value.length <= 64 && !value.includes('.'),
  expected: 'the name of a custom data point, without "custom."',
};

/** The arguments of each velocity operator, by position. */
export const historyParameters: ReadonlyMap<string, readonly Parameter[]> = new Map([
  ['actionCount', [party, actionCode, minutes, oneOf('state', [...states, ...reviewStates, '*'])]],
  ['distinctCount', [oneOf('what', ['user', 'ip', 'device', 'country']), party, minutes]],
  ['customSum', [customName, party, actionCode, minutes]],
  ['minutesSince', [oneOf('event', ['challengeSucceeded', 'challengeFailed', 'action', 'enrolled'])]],
]);

/** Equal questions have equal keys, for any rule and any order of the members. */
export function historyKey(question: HistoryQuestion): string {
  const members = new Map<string, unknown>(Object.entries(question));
  const parameters = historyParameters.get(question.operator) ?? [];
  return JSON.stringify([question.operator, ...parameters.map(({ name }) => members.get(name))]);
}

function oneOf(name: string, values: readonly string[]): Parameter {
  const expected = `one of ${values.map((value) => JSON.stringify(value)).join(', ')}`;
  return { name, accepts: (value) => typeof value === 'string' && values.includes(value), expected };
}
