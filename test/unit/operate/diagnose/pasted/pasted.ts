/** Messages as they are pasted, and the name of the meaning that each must get. */
export type Pasted = readonly (readonly [message: string, name: string])[];
