// What an operator sets up once through the management API: what each action of the shop requires.

const actions = [
  // The first proof of an account is a code to its address. If a passkey were enough, the first person to enter a
  // stranger's address would own the account.
  { actionCode: 'signUp', verificationMethods: ['EMAIL_OTP'] },
  {
    actionCode: 'signIn',
    verificationMethods: ['PASSKEY', 'EMAIL_OTP', 'RECOVERY_CODE'],
    defaultVerificationMethod: 'PASSKEY',
  },
  {
    actionCode: 'withdraw',
    verificationMethods: ['PASSKEY', 'EMAIL_OTP'],
    defaultVerificationMethod: 'PASSKEY',
    // The page shows people what they confirm, in the words of the server that asks them.
    messagingTemplates: { en: { defaultTemplate: 'Withdraw {{action.summary}}' } },
  },
  { actionCode: 'manageSecurity', defaultVerificationMethod: 'PASSKEY' },
];

// Linked: tracking the same withdrawal again with another amount is refused, so a proof is valid for one amount only.
const dataPoints = [
  { name: 'amount', dataType: 'number' },
  { name: 'summary', dataType: 'text' },
].map((point) => ({ ...point, modelType: 'action', linked: true }));

export async function setUpActions(sallyport) {
  for (const point of dataPoints) await manage(sallyport, 'POST', '/custom-data-points', point);
  for (const action of actions) {
    const configuration = { ...action, defaultUserActionResult: 'CHALLENGE' };
    const isNew = await manage(sallyport, 'POST', '/action-configurations', configuration);
    if (!isNew) await manage(sallyport, 'PATCH', `/action-configurations/${action.actionCode}`, configuration);
  }
}

/** Gives Sallyport's pages the shop's name and colours. */
export async function dressPages(sallyport) {
  await manage(sallyport, 'PATCH', '/theme', {
    name: 'Kiln',
    primaryColor: '#a5401b',
    pageBackground: { backgroundColor: '#f6f1ea' },
    colors: { containerBackground: '#fffdfa', containerBorder: '#e4dbcf', hover: '#f6f1ea' },
    darkMode: {
      primaryColor: '#e58a5f',
      pageBackground: { backgroundColor: '#1c1815' },
      colors: {
        containerBackground: '#272220',
        containerBorder: '#443b35',
        cardBackground: '#2f2926',
        cardBorder: '#443b35',
        inputBackground: '#1c1815',
        hover: '#352e2a',
        bodyText: '#c4b7ab',
      },
    },
  });
}

/** True if it was done, false if it already exists. */
async function manage({ apiUrl, managementKey }, method, path, body) {
  const response = await fetch(`${apiUrl}/management${path}`, {
    method,
    headers: { authorization: `Basic ${btoa(`${managementKey}:`)}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (response.ok || response.status === 409) return response.ok;
  const { errorDescription } = await response.json();
  throw new Error(`${method} ${path}: ${errorDescription}`);
}
