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
