/** The operations as functions, for losses and models. */
export * from './elementwise.ts';
export * from './linear.ts';
export * from './reduce.ts';
export * from './shape.ts';
export * from './transformer.ts';
