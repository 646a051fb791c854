/** An e-mail address with all but the first character of its name hidden. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf('@');
  const [first = ''] = email;
  return `${first}•••${email.slice(at)}`;
}

/** A phone number with all but its last three digits hidden. */
export function maskPhoneNumber(phoneNumber: string): string {
  return `•••${phoneNumber.slice(-3)}`;
}

const number = /^\+?[\d\s().\-/]{7,}$/;

/** A name as it may be shown to whoever may not see contacts: people also use their address or number as one. */
export function maskIfContact(name: string): string {
  if (name.includes('@')) return maskEmail(name);
  return number.test(name) ? maskPhoneNumber(name) : name;
}

// What a text is made of that quotes a value: both stop at quotes and brackets.
const emails = /[^\s"'(),:;<>[\]{}\\]+@[^\s"'(),:;<>[\]{}\\]*/g;
const numbers = /(?:\+|\b00)\d[\d ().-]{4,}\d/g;

/** A copy in which contacts within texts are masked: those that look like one, and those of the user. */
export function maskContactsWithin<Shape>(shape: Shape, known: readonly string[]): Shape {
  const masked = (text: string): string => {
    let shown = text;
    for (const contact of known) if (contact !== '') shown = shown.replaceAll(contact, maskKnown(contact));
    return shown.replace(emails, maskUnmasked).replace(numbers, maskPhoneNumber);
  };
  const copy = (value: unknown): unknown => {
    if (typeof value === 'string') return masked(value);
    if (Array.isArray(value)) return value.map(copy);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [masked(name), copy(member)]));
  };
  return copy(shape) as Shape;
}

/** What was masked once stays as it is. */
const maskUnmasked = (email: string) => (email.includes('•••@') ? email : maskEmail(email));
const maskKnown = (contact: string) => (contact.includes('@') ? maskEmail(contact) : maskPhoneNumber(contact));
