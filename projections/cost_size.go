package projections

// Bytes of values of which the server has no statistics.
const (
	widthOfColumn     = 8
	widthOfExpression = 16
)

// elementSize estimates the bytes of one element of a list.
func (r *Relation) elementSize() estimate {
	size := exactly(1) // a comma
	if r.KeyBy != nil {
		size = size.plus(exactly(width(r.KeyBy) + 3))
	}
	if r.Value != nil {
		return size.plus(exactly(width(r.Value)))
	}
	return size.plus(r.Body.size())
}

// size estimates the bytes of an object. What is not known counts as nothing.
func (b *Body) size() estimate {
	size := exactly(2)
	if b == nil {
		return size
	}
	for i := range b.Items {
		item := &b.Items[i]
		size = size.plus(exactly(float64(len(item.prefix) + 1)))
		switch {
		case item.Object != nil:
			size = size.plus(item.Object.size())
		case item.Relation != nil:
			size = size.plus(item.Relation.size())
		default:
			size = size.plus(exactly(width(item.Expr)))
		}
	}
	return size
}

func (r *Relation) size() estimate {
	if r.Grouped != nil || !r.Many {
		return r.elementSize()
	}
	rows := r.group()
	if !rows.isKnown() {
		return exactly(2)
	}
	if r.Limit > 0 {
		rows = rows.capped(float64(r.Limit))
	}
	return rows.times(r.elementSize())
}

// width is the average bytes of the values of an expression.
func width(e Expr) float64 {
	switch e := e.(type) {
	case *Reference:
		if e.Column.Catalog.Width > 0 {
			return float64(e.Column.Catalog.Width)
		}
		return widthOfColumn
	case *Reach:
		return width(e.Expr)
	}
	return widthOfExpression
}

func (e estimate) plus(other estimate) estimate {
	return estimate{e.average + other.average, e.most + other.most}
}
