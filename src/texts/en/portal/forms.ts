/** Of `kit/changed-meanwhile.tsx`. */
export const changedMeanwhileTexts = {
  changedMeanwhile: 'Changed meanwhile',
  heading: 'Somebody else changed this while you had it open',
  text: 'Nothing was saved. Save again to put yours in its place, or take over what is there now.',
  bothVersions: 'Both versions',
  nameColumn: 'What',
  theirsColumn: 'There now',
  mineColumn: 'Yours',
  takeTheirs: 'Take over what is there now',
} as const;

/** Of `kit/described-form.tsx`. */
export const describedFormTexts = {
  secretPlaceholder: 'Stored; type to replace it',
  notSet: 'Not set',
  choose: 'Choose',
  removeNumbered: 'Remove number {at} of {name}',
  addNamed: 'Add to {name}',
  add: 'Add',
  textsPlaceholder: 'One a line',
  numbered: '{name}, number {at}',
  senderPlaceholder: 'NZ: sender',
  pairPlaceholder: '{name}: text',
} as const;

/** Of `kit/described-values.ts`. */
export const describedValuesTexts = {
  firebase: 'Firebase',
  applePush: 'Apple push',
} as const;

/** Of `kit/new-password.tsx`. */
export const newPasswordTexts = {
  note: 'At least 12 characters. Several words do well.',
  show: 'Show the password',
} as const;

/** Of `kit/resource-form.tsx`. */
export const resourceFormTexts = {
  notSaved: 'Not saved: {differing}.',
  notSet: 'Not set',
} as const;
