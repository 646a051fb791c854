import type { ComponentType } from 'preact';
import type { UiSession } from '../../contract/client/ui-session.ts';

export type ChallengeMethod = UiSession['challengeMethods'][number];

/** The screens of a verification method. They are loaded only when they are needed. */
export interface MethodPage {
  readonly Challenge?: ComponentType<{ readonly method: ChallengeMethod }>;
  readonly Enrolment?: ComponentType;
}
