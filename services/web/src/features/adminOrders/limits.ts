/** Most characters of a note or reason. */
export const MAX_NOTE = 2000;
