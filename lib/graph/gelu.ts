/**
 * The tanh form of GELU (Hendrycks & Gimpel 2016), which is x · sigmoid(linear · x + cubic · x³), as
 * (1 + tanh(u)) / 2 = sigmoid(2u).
 */
export const linear = Math.sqrt(8 / Math.PI);
export const cubic = 0.044715 * linear;
