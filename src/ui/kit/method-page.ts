import type { ComponentType } from 'preact';
import type { UiSession } from '../../contract/client/ui-session.ts';

export type ChallengeMethod = UiSession['challengeMethods'][number];

/** The screens of a verification method. Each method's are loaded when they are needed, and not before. */
export interface MethodPage {
  readonly Challenge?: ComponentType<{ readonly method: ChallengeMethod }>;
  readonly Enrolment?: ComponentType;
}
