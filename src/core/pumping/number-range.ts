const lastDigits = 4;

/** The range of a number in E.164: all but its last four digits. Ten thousand numbers share it. */
export function numberRange(phoneNumber: string): string {
  return phoneNumber.slice(0, -lastDigits);
}
