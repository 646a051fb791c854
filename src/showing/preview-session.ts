/** What a page is drawn from that shows a theme to operators: everything of the tenant, and an invented user. */
import type { UiSession } from '../contract/client/ui-session.ts';
import type { PreviewState } from '../contract/portal/page-preview.ts';
import { verificationMethod } from '../contract/values.ts';
import { manifestOf, manifests } from '../methods/manifests.ts';
import { codeLength } from '../proving/challenge-code.ts';
import type { Tenant } from '../storage/published.ts';
import { wireTime } from '../views/wire-values.ts';
import { flagsOf } from './ui-session-view.ts';

const offered = manifests.flatMap(({ verificationMethod: method, isOffered }) => (isOffered === true ? [method] : []));
const validMs = 10 * 60_000;
const email = 'a•••@example.com';
const phoneNumber = '•••456';

/** How the screens of an action that is decided are reached. */
const decided: Readonly<Partial<Record<PreviewState, UiSession['action']['state']>>> = {
  DONE: 'CHALLENGE_SUCCEEDED',
  REVIEW: 'REVIEW_REQUIRED',
  FAILED: 'CHALLENGE_FAILED',
  BLOCKED: 'BLOCK',
};

export function previewSession(
  tenant: Tenant,
  drawn: Pick<UiSession, 'tenant' | 'locale' | 'texts'>,
  state: PreviewState,
  nowMs: number,
): UiSession {
  const soon = wireTime(nowMs + validMs);
  const method = offered.find((one) => one === state);
  const cannot = state === 'CANNOT_CONFIRM';
  const isEnrolled = state !== 'ENROLMENT';
  const enrolment = state === 'ENROLMENT' || state === 'SETTINGS' ? offered.filter(isEnrollable) : [];
  const { settings } = tenant;
  return {
    ...drawn,
    action: {
      actionCode: 'confirm-payment',
      state: decided[state] ?? 'CHALLENGE_REQUIRED',
      label: 'Confirm payment',
      redirectToSettings: state === 'SETTINGS',
    },
    expiresAt: soon,
    scopes: ['read', ...(state === 'SETTINGS' ? ['add', 'update', 'remove'] : [])].map(
      (what) => `${what}:authenticators`,
    ),
    isEnrolled,
    ...(method === undefined ? {} : { defaultMethod: method }),
    challengeMethods:
      isEnrolled && !cannot
        ? offered.map((one) => ({ verificationMethod: one, isHidden: false, ...identifierOf(one) }))
        : [],
    enrolmentMethods: enrolment.map((one) => ({ verificationMethod: one })),
    authenticators: isEnrolled
      ? offered.filter(isListed).map((one, at) => ({
          userAuthenticatorId: `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
          verificationMethod: one,
          createdAt: wireTime(nowMs),
          verifiedAt: wireTime(nowMs),
          isDefault: at === 0,
          isEditable: true,
          isRemovable: true,
          isCancellable: false,
          ...contactOf(one),
        }))
      : [],
    // A message is out, so that the page asks for its code.
    sent: offered.flatMap((one) => {
      const { identifier } = identifierOf(one);
      if (identifier === undefined) return [];
      return {
        userAuthenticatorId: '00000000-0000-4000-8000-000000000000',
        verificationMethod: one,
        isEnrolment: false,
        target: identifier,
        resendInSeconds: 30,
        expiresAt: soon,
        ...(one === 'EMAIL_MAGIC_LINK' ? {} : { codeLength: codeLength(tenant, one) }),
      };
    }),
    numberEntries: [],
    recoveryCodes: { canRegenerate: false, isShownOnEnrolment: false, left: 8 },
    passkeyPrompt: { isDue: false, intervalDays: 30 },
    options: {
      codeLength: codeLength(tenant, 'EMAIL_OTP'),
      ...flagsOf(tenant),
      hideSuccessOnEnrolment: settings.hideSuccessScreenOnEnrollment,
      hideWatermark: settings.hideAuthsignalLogo,
      redirectOnExpiry: false,
    },
    expectedOrigins: [],
    expectsLocalhost: false,
  };
}

// Pages list recovery codes apart.
const isListed = (method: string) => manifestOf(method)?.perUser !== 'set';
// Numbers need their countries, which pages ask for only when they are entered.
const isEnrollable = (method: string) => isListed(method) && manifestOf(method)?.channel !== 'phoneNumber';

function identifierOf(method: string): { readonly identifier?: string } {
  const channel = manifestOf(verificationMethod.parse(method))?.channel;
  if (channel === 'email') return { identifier: email };
  return channel === 'phoneNumber' ? { identifier: phoneNumber } : {};
}

function contactOf(method: string): { readonly email?: string; readonly phoneNumber?: string } {
  const channel = manifestOf(method)?.channel;
  if (channel === 'email') return { email };
  return channel === 'phoneNumber' ? { phoneNumber } : {};
}
