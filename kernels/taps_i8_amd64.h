// What the kernels on bytes with windows share.

// COPYBYTES copies n bytes, fewer than 32, from src to to by way of x and tmp.
#define COPYBYTES(src, to, n, x, tmp) \
	TESTQ   $16, n;    \
	JEQ     eight;     \
	VMOVDQU (src), x;  \
	VMOVDQU x, (to);   \
	ADDQ    $16, src;  \
	ADDQ    $16, to;   \
eight:                 \
	TESTQ   $8, n;     \
	JEQ     four;      \
	MOVQ    (src), tmp; \
	MOVQ    tmp, (to); \
	ADDQ    $8, src;   \
	ADDQ    $8, to;    \
four:                  \
	TESTQ   $4, n;     \
	JEQ     two;       \
	MOVL    (src), tmp; \
	MOVL    tmp, (to); \
	ADDQ    $4, src;   \
	ADDQ    $4, to;    \
two:                   \
	TESTQ   $2, n;     \
	JEQ     single;    \
	MOVW    (src), tmp; \
	MOVW    tmp, (to); \
	ADDQ    $2, src;   \
	ADDQ    $2, to;    \
single:                \
	TESTQ   $1, n;     \
	JEQ     copied;    \
	MOVB    (src), tmp; \
	MOVB    tmp, (to); \
copied:
