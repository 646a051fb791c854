/** Decides which screen comes when (client-api 7.4). Pure, because server and browser must agree on the first one. */
import type { UiSession } from '../../contract/client/ui-session.ts';

export type View =
  | { readonly name: 'challenge' | 'enrolment'; readonly method: string; readonly isFromSettings?: boolean }
  | { readonly name: 'challenge-picker' }
  | { readonly name: 'enrolment-picker'; readonly isFromSettings?: boolean }
  | { readonly name: Exclude<LaterName, 'uplift'> }
  | { readonly name: 'uplift'; readonly isAfterEnrolment?: true }
  | { readonly name: EndName };

type LaterName = 'recovery-codes' | 'uplift' | 'settings';
type EndName = 'enrolled' | 'done' | 'quit' | 'blocked' | 'failed' | 'review' | 'cannot-confirm' | 'expired' | 'error';

/** The first screen of a page. */
export function firstView(session: UiSession): View {
  const decided = viewOfState(session);
  if (decided !== undefined) return decided;
  if (session.action.redirectToSettings && mayChangeFactors(session)) return { name: 'settings' };
  if (!session.isEnrolled && session.enrolmentMethods.length > 0) return enrolmentView(session);
  if (session.challengeMethods.length > 0) return challengeView(session);
  // A user with authenticators, none of which is accepted here, may add one only with a scope that counts (ruling 17).
  return session.enrolmentMethods.length > 0 ? enrolmentView(session) : { name: 'cannot-confirm' };
}

/** Whether nothing can be proven for the action any more (ruling 42). */
export function isClosed({ action: { state } }: UiSession): boolean {
  return state === 'BLOCK' || state === 'CHALLENGE_FAILED' || state === 'REVIEW_FAILED';
}

/** The screen of an action that is decided; undefined while a proof is required. */
function viewOfState({ action }: UiSession): View | undefined {
  switch (action.state) {
    case 'BLOCK':
      return { name: 'blocked' };
    case 'CHALLENGE_FAILED':
    case 'REVIEW_FAILED':
      return { name: 'failed' };
    case 'REVIEW_REQUIRED':
      return { name: 'review' };
    case 'CHALLENGE_SUCCEEDED':
    case 'REVIEW_SUCCEEDED':
      return { name: action.redirectToSettings ? 'settings' : 'done' };
    case 'ALLOW':
    case 'CHALLENGE_REQUIRED':
      return undefined;
  }
}

/**
 * The screen after a proof. `isPasskeyWelcome` is what the browser knows: that it can store a passkey, has none, and
 * none was declined recently.
 */
export function viewAfterProof(session: UiSession, isPasskeyWelcome: boolean): View {
  const decided = viewOfState(session);
  if (decided !== undefined && decided.name !== 'done') return decided;
  return isPasskeyWelcome && mayOffer(session) ? { name: 'uplift' } : { name: 'done' };
}

/**
 * The screens after the first authenticator was enrolled: first a way to recover from its loss, then something
 * stronger.
 */
export function viewAfterEnrolment(session: UiSession, isPasskeyWelcome: boolean): View {
  const { isShownOnEnrolment, canRegenerate } = session.recoveryCodes;
  return isShownOnEnrolment && canRegenerate
    ? { name: 'recovery-codes' }
    : viewAfterRecoveryCodes(session, isPasskeyWelcome);
}

export function viewAfterRecoveryCodes(session: UiSession, isPasskeyWelcome: boolean): View {
  return isPasskeyWelcome && mayOffer(session)
    ? { name: 'uplift', isAfterEnrolment: true }
    : viewAfterSettingUp(session);
}

/** Whether a passkey should be offered, and may be enrolled. */
function mayOffer({ passkeyPrompt, enrolmentMethods }: UiSession): boolean {
  return passkeyPrompt.isDue && enrolmentMethods.some(({ verificationMethod }) => verificationMethod === 'PASSKEY');
}

export function viewAfterSettingUp(session: UiSession): View {
  if (session.action.redirectToSettings) return { name: 'settings' };
  return { name: session.options.hideSuccessOnEnrolment ? 'done' : 'enrolled' };
}

function challengeView({ challengeMethods, defaultMethod }: UiSession): View {
  const first = challengeMethods.find(({ isHidden }) => !isHidden) ?? challengeMethods[0];
  const method = defaultMethod ?? first?.verificationMethod;
  return method === undefined ? { name: 'challenge-picker' } : { name: 'challenge', method };
}

function enrolmentView({ enrolmentMethods: [only, ...others] }: UiSession): View {
  return only === undefined || others.length > 0
    ? { name: 'enrolment-picker' }
    : { name: 'enrolment', method: only.verificationMethod };
}

function mayChangeFactors({ scopes }: UiSession): boolean {
  return ['add', 'update', 'remove'].some((what) => scopes.includes(`${what}:authenticators`));
}
