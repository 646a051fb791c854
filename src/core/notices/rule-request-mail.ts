import type { OperatorMail } from './operator-mail.ts';

interface OfRules {
  readonly actionCode: string;
  /** The email address of the operator who does it. */
  readonly by: string;
}

const place = (actionCode: string) => ({ path: `/rules/${encodeURIComponent(actionCode)}`, label: 'Open the rules' });
const advice = 'You are told because you chose it. The portal has the choice under your name.';

/** Somebody asks others to publish a draft of rules. */
export function rulesAskedMail({ actionCode, by }: OfRules): OperatorMail {
  return {
    heading: 'Rules wait for a second person',
    description: 'Somebody asks for a draft of rules to be published.',
    facts: [
      ['Action:', actionCode],
      ['Asked by:', by],
    ],
    place: place(actionCode),
    advice,
  };
}

/** What became of it, for who asked. */
export function rulesAnsweredMail({ actionCode, by }: OfRules, isPublished: boolean): OperatorMail {
  return {
    heading: isPublished ? 'Your rules are published' : 'Your rules were refused',
    description: isPublished
      ? 'Somebody has published the draft of rules that you asked for.'
      : 'Somebody has refused to publish the draft of rules that you asked for. The portal shows why.',
    facts: [
      ['Action:', actionCode],
      ['By:', by],
    ],
    place: place(actionCode),
    advice,
  };
}
