/** Of `screens/users.tsx`. */
export const usersTexts = {
  user: 'User',
  emailAddress: 'Email address',
  phoneNumber: 'Phone number',
  authenticators: 'Authenticators',
  since: 'Since',
  unverified: 'Unverified',
  users: 'Users',
  goToSearch: 'Go to the search',
  endSessions: 'End sessions',
  find: 'Find by id, email address, phone number or user name',
  findNote: 'Ids by their beginning; the others in full.',
  usersNotLoaded: 'The users did not load',
  usersLoading: 'Users are loading',
  noUsers: 'There are no users yet',
  nobodyFound: 'Nobody is called that',
  noUsersText: 'A user appears when your backend first tracks an action of theirs, or enrols an authenticator.',
  nobodyFoundText:
    'An id is found by how it begins. Email addresses, phone numbers and user names must be written in full, phone numbers with + and the country.',
} as const;
