package numbers

/*
#cgo LDFLAGS: -lm
#include <math.h>
*/
import "C"

import "syscall"

// The C library's functions, which PostgreSQL calls: Go's own differ from them
// in the last digit now and then. Those with a second result report errno.

func libSin(x float64) float64      { return float64(C.sin(C.double(x))) }
func libCos(x float64) float64      { return float64(C.cos(C.double(x))) }
func libTan(x float64) float64      { return float64(C.tan(C.double(x))) }
func libAsin(x float64) float64     { return float64(C.asin(C.double(x))) }
func libAcos(x float64) float64     { return float64(C.acos(C.double(x))) }
func libAtan(x float64) float64     { return float64(C.atan(C.double(x))) }
func libAtan2(y, x float64) float64 { return float64(C.atan2(C.double(y), C.double(x))) }
func libSinh(x float64) float64     { return float64(C.sinh(C.double(x))) }
func libCosh(x float64) float64     { return float64(C.cosh(C.double(x))) }
func libTanh(x float64) float64     { return float64(C.tanh(C.double(x))) }
func libAsinh(x float64) float64    { return float64(C.asinh(C.double(x))) }
func libAcosh(x float64) float64    { return float64(C.acosh(C.double(x))) }
func libAtanh(x float64) float64    { return float64(C.atanh(C.double(x))) }
func libCbrt(x float64) float64     { return float64(C.cbrt(C.double(x))) }
func libLog(x float64) float64      { return float64(C.log(C.double(x))) }
func libLog10(x float64) float64    { return float64(C.log10(C.double(x))) }

func libExp(x float64) (float64, error) {
	result, err := C.exp(C.double(x))
	return float64(result), err
}

func libPow(x, y float64) (float64, error) {
	result, err := C.pow(C.double(x), C.double(y))
	return float64(result), err
}

// The values of errno that mathematical functions set.
const (
	errDomain = syscall.EDOM
	errRange  = syscall.ERANGE
)
