/** What a tensor is: its element type and its shape. */

/** The length of an axis; a name such as 'T' stands for a length known at run time. */
export type Dim = number | string;
export type Shape = readonly Dim[];
export type DType = 'float32' | 'int32' | 'int64' | 'bool';
