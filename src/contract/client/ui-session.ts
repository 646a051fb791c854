import { z } from 'zod';
import { getTheme } from '../management/theme.ts';
import { route } from '../route.ts';
import * as v from '../values.ts';
import { nothing, ownAuthenticator, sentMessage } from './values.ts';

/** A way in which the user can prove who they are for this action, now. */
const challengeMethod = z.object({
  verificationMethod: v.verificationMethod,
  /** The masked contact that messages go to. */
  identifier: z.string().optional(),
  /** Only the authenticators that are shown in lists; a hidden method is offered to nobody, but may be the default. */
  isHidden: z.boolean(),
  /** After too many wrong codes: when the next try counts. */
  retryAt: v.timestamp.optional(),
  /** Digits of the code, where the user's own authenticator says how many. */
  codeLength: z.int().optional(),
});

/** A way that the token permits to set up, now. */
const enrolmentMethod = z.object({ verificationMethod: v.verificationMethod });

const listedAuthenticator = ownAuthenticator.extend({
  /** Whether the user may rename it, and put another in its place. */
  isEditable: z.boolean(),
  isRemovable: z.boolean(),
  /** Whether it waits to replace another, and the token permits to remove it whatever its scopes are. */
  isCancellable: z.boolean(),
  /** Of what it is the last one, and stays for that until there is another. */
  isLastOf: z.enum(['authenticators', 'passkeys']).optional(),
});

/** Everything that the pre-built pages need, in one call. */
export const uiSession = z
  .object({
    /** Its theme comes without the template, which is put around the page before it is sent. */
    tenant: z.object({ tenantId: z.string(), name: z.string(), theme: getTheme.reply }),
    /** One of the languages of the pages. */
    locale: z.string(),
    /** Every sentence of the pages in that language, with the tenant's own over ours, by id. */
    texts: z.record(z.string(), z.string()),
    action: z.object({
      actionCode: z.string(),
      state: v.userActionState,
      /** The tenant's own words for what is being confirmed; plain text. */
      message: z.string().optional(),
      /** Its code as words, for where the tenant has none for it. */
      label: z.string(),
      redirectUrl: z.string().optional(),
      redirectToSettings: z.boolean(),
    }),
    expiresAt: v.timestamp,
    /** What the token permits, and counts (ruling 17). */
    scopes: z.array(z.string()),
    isEnrolled: z.boolean(),
    /** What a challenge begins with; absent when nothing usable is enrolled. */
    defaultMethod: v.verificationMethod.optional(),
    /** Strongest first. */
    challengeMethods: z.array(challengeMethod),
    /** Strongest first. */
    enrolmentMethods: z.array(enrolmentMethod),
    authenticators: z.array(listedAuthenticator),
    /** Messages of this action to where its user is reached now, that can be answered here for a minute at least. */
    sent: z.array(
      sentMessage.extend({
        verificationMethod: v.verificationMethod,
        /** Whether the answer sets the contact up. */
        isEnrolment: z.boolean(),
      }),
    ),
    /** The address that the backend named, for a user who is to enrol it: entering it is skipped. */
    enrolmentEmail: z.string().optional(),
    recoveryCodes: z.object({
      /** Whether a new set may be made now. */
      canRegenerate: z.boolean(),
      /** Whether a set is shown after the first enrolment. */
      isShownOnEnrolment: z.boolean(),
      /** Codes that were not used; absent where no set was made. */
      left: z.int().optional(),
      /** When one was used. */
      lastUsedAt: v.timestamp.optional(),
    }),
    passkeyPrompt: z.object({
      /** Whether a passkey is offered after a proof. */
      isDue: z.boolean(),
      /** Days until it is offered again after "not now"; 0 offers it each time. */
      intervalDays: z.int(),
    }),
    options: z.object({
      codeLength: z.int(),
      showEmailDeliveryTimeWarning: z.boolean(),
      hideTotpAppDownload: z.boolean(),
      askForEmail: z.boolean(),
      hideSuccessOnEnrolment: z.boolean(),
      hideWatermark: z.boolean(),
      redirectOnExpiry: z.boolean(),
    }),
    /** Origins that the token may be posted to. `https://*.host` stands for hosts with one label more. */
    expectedOrigins: z.array(z.string()),
    /** Whether every http://localhost is expected as well, as on a developer's machine. */
    expectsLocalhost: z.boolean(),
  })
  .meta({ id: 'UiSession' });
export type UiSession = z.infer<typeof uiSession>;

export const getUiSession = route({
  id: 'getUiSession',
  method: 'GET',
  path: '/v1/client/ui/session',
  caller: 'token',
  summary: 'Everything that the pre-built pages need of an action, its user and its tenant.',
  params: z.object({}),
  query: z.object({ locale: v.optional(v.text(64)) }),
  body: nothing,
  reply: uiSession,
  refusals: [],
  audit: null,
});
