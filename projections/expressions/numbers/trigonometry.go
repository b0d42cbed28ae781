package numbers

import (
	"math"

	"materializer/projections/expressions/function"
)

const radiansPerDegree float64 = 0.0174532925199432957692

// trigonometricFunctions are those of angles, in radians and in degrees, and
// the hyperbolic ones.
func trigonometricFunctions() []function.Function {
	var list []function.Function
	of1 := func(name string, call func(float64) (float64, error)) {
		list = append(list, function.Of1(name+"(float8)", call))
	}
	plain := func(name string, call func(float64) float64) {
		of1(name, func(x float64) (float64, error) { return call(x), nil })
	}
	of1("sin", ofAngle(libSin))
	of1("cos", ofAngle(libCos))
	of1("tan", ofAngle(libTan))
	of1("cot", ofAngle(func(x float64) float64 { return 1 / libTan(x) }))
	of1("sind", ofAngle(sineOfDegrees))
	of1("cosd", ofAngle(cosineOfDegrees))
	of1("tand", ofAngle(tangentOfDegrees))
	of1("cotd", ofAngle(cotangentOfDegrees))
	of1("asin", ofUnit(libAsin))
	of1("acos", ofUnit(libAcos))
	of1("asind", ofUnit(arcsineInDegrees))
	of1("acosd", ofUnit(arccosineInDegrees))
	plain("atan", libAtan)
	plain("atand", func(x float64) float64 { return libAtan(x) / libAtan(1) * 45 })
	plain("sinh", libSinh)
	plain("tanh", libTanh)
	plain("asinh", libAsinh)
	of1("cosh", func(x float64) (float64, error) { return settled(libCosh(x), true, false) })
	of1("acosh", func(x float64) (float64, error) {
		if x < 1 {
			return 0, errInputRange
		}
		return libAcosh(x), nil
	})
	of1("atanh", ofUnit(libAtanh))
	return append(list,
		function.Of2("atan2(float8,float8)", func(y, x float64) (float64, error) { return libAtan2(y, x), nil }),
		function.Of2("atan2d(float8,float8)", func(y, x float64) (float64, error) {
			return libAtan2(y, x) / libAtan(1) * 45, nil
		}))
}

// ofAngle makes a function of an angle, which must not be infinite.
func ofAngle(call func(float64) float64) func(float64) (float64, error) {
	return func(x float64) (float64, error) {
		if isInf(x) {
			return 0, errInputRange
		}
		return call(x), nil
	}
}

// ofUnit makes a function of a number from -1 to 1.
func ofUnit(call func(float64) float64) func(float64) (float64, error) {
	return func(x float64) (float64, error) {
		if x < -1 || x > 1 {
			return 0, errInputRange
		}
		return call(x), nil
	}
}

// The functions of degrees are exact where that is expected, at multiples of 30
// and 45 degrees. They are put together from pieces that are scaled so that
// they are exact at their ends. Products are rounded before they are subtracted
// from, which a compiler may leave out unless told.

// sineBelow30 is for 0 to 30 degrees.
func sineBelow30(x float64) float64 {
	return libSin(x*radiansPerDegree) / libSin(30*radiansPerDegree) / 2
}

// cosineBelow60 is for 0 to 60 degrees.
func cosineBelow60(x float64) float64 {
	missing := 1 - libCos(float64(x*radiansPerDegree))
	return 1 - float64(missing/(1-libCos(60*radiansPerDegree))/2)
}

// sineQuarter is for 0 to 90 degrees.
func sineQuarter(x float64) float64 {
	if x <= 30 {
		return sineBelow30(x)
	}
	return cosineBelow60(90 - x)
}

// cosineQuarter is for 0 to 90 degrees.
func cosineQuarter(x float64) float64 {
	if x <= 60 {
		return cosineBelow60(x)
	}
	return sineBelow30(90 - x)
}

// quarter turns an angle into one of the first quadrant. The signs are those of
// its sine and cosine.
func quarter(x float64) (angle, sine, cosine float64) {
	x, sine, cosine = math.Mod(x, 360), 1, 1
	if x < 0 {
		x, sine = -x, -sine
	}
	if x > 180 {
		x, sine = 360-x, -sine
	}
	if x > 90 {
		x, cosine = 180-x, -cosine
	}
	return x, sine, cosine
}

func sineOfDegrees(x float64) float64 {
	angle, sine, _ := quarter(x)
	return sine * sineQuarter(angle)
}

func cosineOfDegrees(x float64) float64 {
	angle, _, cosine := quarter(x)
	return cosine * cosineQuarter(angle)
}

func tangentOfDegrees(x float64) float64 {
	angle, sine, cosine := quarter(x)
	tangent45 := sineQuarter(45) / cosineQuarter(45)
	return noMinusZero(sine * cosine * (sineQuarter(angle) / cosineQuarter(angle) / tangent45))
}

func cotangentOfDegrees(x float64) float64 {
	angle, sine, cosine := quarter(x)
	cotangent45 := cosineQuarter(45) / sineQuarter(45)
	return noMinusZero(sine * cosine * (cosineQuarter(angle) / sineQuarter(angle) / cotangent45))
}

func noMinusZero(x float64) float64 {
	if x == 0 {
		return 0
	}
	return x
}

// arcsineQuarter is for 0 to 1.
func arcsineQuarter(x float64) float64 {
	if x <= 0.5 {
		return libAsin(x) / libAsin(0.5) * 30
	}
	return 90 - float64(libAcos(x)/libAcos(0.5)*60)
}

// arccosineQuarter is for 0 to 1.
func arccosineQuarter(x float64) float64 {
	if x <= 0.5 {
		return 90 - float64(libAsin(x)/libAsin(0.5)*30)
	}
	return libAcos(x) / libAcos(0.5) * 60
}

func arcsineInDegrees(x float64) float64 {
	if x < 0 {
		return -arcsineQuarter(-x)
	}
	return arcsineQuarter(x)
}

func arccosineInDegrees(x float64) float64 {
	if x < 0 {
		return 90 + arcsineQuarter(-x)
	}
	return arccosineQuarter(x)
}
