/** What many screens say. */
export const commonTexts = {
  cancel: 'Cancel',
  close: 'Close',
  save: 'Save',
  discard: 'Discard',
  delete: 'Delete',
  remove: 'Remove',
  tryAgain: 'Try again',
  clear: 'Clear',
  none: 'None',
  filters: 'Filters',
  loading: 'Loading…',
  continue: 'Continue',
  noAnswer: 'The server did not answer. Try again.',
  notForYou: 'You may not see this',
  nothingChanged: 'Nothing was changed',
} as const;

/** Of `api/call.ts`. */
export const callTexts = {
  brokeOff: 'The answer broke off.',
  unanswered: 'The server did not answer.',
} as const;

/** Of `api/ceremonies.ts`. */
export const ceremoniesTexts = {
  notAccepted: 'The passkey was not accepted.',
} as const;

/** Of `api/words-of.ts`. */
export const wordsOfTexts = {
  notProven: 'You did not prove who you are.',
  pageFault: 'Something in this page went wrong.',
  forbidden: 'None of your roles permits it.',
  serverFault: 'Something went wrong in the server. Try again.',
} as const;

/** Of `kit/action-cells.tsx`. */
export const actionCellsTexts = {
  time: 'Time',
  state: 'State',
  action: 'Action',
  user: 'User',
  address: 'Address',
  method: 'Method',
  decidedBy: 'Decided by',
  actionOfUser: '{actionCode} of {userId}',
  default: 'Default',
} as const;

/** Of `kit/data-table.tsx`. */
export const dataTableTexts = {
  inTheList: 'In the list',
  next: 'Next',
  previous: 'Previous',
} as const;

/** Of `kit/fields.tsx`. */
export const fieldsTexts = {
  from: 'From',
  to: 'To',
} as const;

/** Of `kit/parts.tsx`. */
export const partsTexts = {
  copied: 'Copied',
  copyRequestId: 'Copy request id',
  requestId: 'Request {requestId}',
  pageFault: 'Something in this page went wrong. Reload it; if it happens again, tell your admin.',
  offline: 'The server did not answer. Check your connection, then try again.',
  forbiddenText: 'None of your roles in this tenant permits it. An admin can change your roles on the page Team.',
  notFound: 'There is no such thing',
  notFoundText: 'It may have been deleted, or retention has removed it. Check the address.',
  changeFilter: '{message} Change the filter, then try again.',
  busy: 'The server is busy. Try again in a few seconds.',
  busyFor: 'The server is busy. Try again in {seconds} s.',
  serverFault: 'Something went wrong in the server. Try again; if it happens again, give your admin the request id.',
} as const;

/** Of `kit/refusal-words.ts`. */
export const refusalWordsTexts = {
  busy: 'The server is busy. Try again in a few seconds.',
  offline: 'The server did not answer. Nothing may have been saved: look, then try again.',
  notFound: 'It was deleted meanwhile.',
} as const;

/** Of `kit/toasts.tsx`. */
export const toastsTexts = {
  dismiss: 'Dismiss',
} as const;

/** Of `kit/words.ts`: what is said for names of the wire. */
export const wordsTexts = {
  states: {
    ALLOW: 'Allowed',
    BLOCK: 'Blocked',
    CHALLENGE_REQUIRED: 'Challenge open',
    CHALLENGE_SUCCEEDED: 'Challenge passed',
    CHALLENGE_FAILED: 'Challenge failed',
    REVIEW_REQUIRED: 'Waiting for review',
    REVIEW_SUCCEEDED: 'Approved',
    REVIEW_FAILED: 'Rejected',
  },
  outcomes: { ALLOW: 'Allow', CHALLENGE: 'Challenge', REVIEW: 'Review', BLOCK: 'Block' },
  roles: {
    ADMIN: { words: 'Admin', may: 'May do everything' },
    EDITOR: { words: 'Editor', may: 'Changes the configuration' },
    ANALYST: { words: 'Analyst', may: 'Decides reviews, helps users, exports' },
    SUPPORT: { words: 'Support', may: 'Helps users; contacts masked until revealed' },
    AUDITOR: { words: 'Auditor', may: 'Reads everything, also the audit log' },
    VIEWER: { words: 'Viewer', may: 'Reads, with contacts masked' },
  },
  actors: {
    server: 'Your backend',
    client: 'The user',
    management: 'A management key',
    cli: 'The command line',
    system: 'Sallyport',
    operator: 'An operator',
    API: 'Your backend',
  },
} as const;

/** Of `kit/times.ts`. */
export const timesTexts = {
  now: 'now',
  milliseconds: '{count} ms',
  seconds: '{count} s',
  minutes: '{count} min',
  hours: '{count} h',
} as const;
