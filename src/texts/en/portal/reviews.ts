/** Of `screens/first-approval.tsx`. */
export const firstApprovalTexts = {
  note: 'Note: {note}',
  byYou: 'You have approved it ({at}). Somebody else has to approve it too; one is enough to reject.',
  byColleague: '{by} has approved it ({at}). It takes one more to approve.',
} as const;

/** Of `screens/review-panel.tsx`. */
export const reviewPanelTexts = {
  review: 'Review',
  approvedFirstBy: 'Approved first by',
  decidedBy: 'Decided by',
  yourBackend: 'Your backend',
  unknown: 'Unknown',
  at: 'At',
  note: 'Note',
  takenByNobody: 'Nobody has taken it.',
  takenByYou: 'You have taken it.',
  takenBy: '{assignedTo} has taken it.',
  notePlaceholder: 'Note for colleagues and auditors',
  approve: 'Approve',
  reject: 'Reject',
  giveBack: 'Give back',
  take: 'Take',
  takeOver: 'Take over',
  notForYou: 'Analysts and admins decide reviews.',
} as const;

/** Of `screens/reviews.tsx`. */
export const reviewsTexts = {
  approvedAlready: 'You have approved it already',
  approvedAlreadyText: 'Somebody else has to approve it too; one is enough to reject.',
  reviews: 'Reviews',
  next: 'Next',
  previous: 'Previous',
  approve: 'Approve',
  reject: 'Reject',
  writeNote: 'Write a note (Escape leaves it)',
  takeOrGiveBack: 'Take, or give back',
  takeOverFromAColleague: 'Take over from a colleague',
  openTheAction: 'Open the action',
  waiting: { one: '{count} waits', other: '{count} wait' },
  actionCode: 'Action code',
  queueNotLoaded: 'The queue did not load',
  reviewsLoading: 'Reviews are loading',
  nothingWaits: 'Nothing waits',
  nothingOfCodeWaits: 'No {code} waits',
  nothingWaitsText:
    'Actions come here when a rule’s outcome is Review. The user waits meanwhile; your backend learns the result by the action’s state.',
  nothingWaitsHint: 'New ones appear by themselves.',
  waitingOldestFirst: 'Waiting, oldest first',
  default: 'Default',
  approvedByYou: 'Approved by you',
  needsASecond: 'Needs a second',
  yours: 'Yours',
  more: 'More come when these are decided.',
  actionOfUser: '{actionCode} of {userId}',
  takenBy: '{assignedTo} has taken it',
  rules: 'Rules',
  action: 'Action',
  theUserLately: 'The user lately',
  similarCases: 'Similar cases',
  customData: 'Custom data',
  reasonsLoading: 'The reasons are loading',
  reasonsNotLoaded: 'The reasons did not load',
  note: 'Note',
  notePlaceholder: 'Note for colleagues and auditors',
  giveBack: 'Give back',
  take: 'Take',
  approveFirst: 'Approve first',
  notForYou: 'You may read the queue. Analysts and admins decide.',
} as const;

/** Of `screens/similar-reviews.tsx`. */
export const similarReviewsTexts = {
  sameUser: 'Same user',
  sameAddress: 'Same address',
  sameDevice: 'Same device',
  sameRule: 'Same rule',
  similarCasesLoading: 'Similar cases are loading',
  similarCasesNotLoaded: 'Similar cases did not load',
  none: 'Nothing like it was decided before.',
  actionOfUser: '{actionCode} of {userId}',
} as const;

/** Of `screens/use-reviews.ts`. */
export const useReviewsTexts = {
  actionOfUser: '{actionCode} of {userId}',
  approvedByYou: 'Approved by you',
  approvedByYouText: '{what}: somebody else has to approve it too.',
  approved: 'Approved',
  rejected: 'Rejected',
  notChanged: 'Not changed',
  notDecided: 'Not decided',
  notTaken: 'Not taken',
  takeOverHint: '{message} Press Shift T to take it over.',
} as const;
